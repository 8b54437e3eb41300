"""Labels that are a column of a table: what its words mean, when they are known, and which columns models may read."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from features.errors import StamkundError
from features.lake import Lake
from features.language.attributes import Attribute
from features.language.feature import of_attribute, since
from features.language.terms import Measure, where
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.declared import card_of, target_from
from training.targets.outcome import Outcome

NOW = 100 * DAY
CHURN = Outcome("left", "churn", "customers", "probability", None, (), 0)


def customers(folder: Path, **said: str | None) -> Lake:
    """A lake of customers and what the column ``churn`` says of each."""
    lake = Lake(folder)
    lake.write({"customers": pl.DataFrame({"customer_id": list(said), "churn": list(said.values())})})
    return lake


def snapshots(folder: Path, *rows: tuple[str, int, str | None]) -> Lake:
    """A lake of snapshots: who, at which day, and what the column ``churn`` says then."""
    lake = Lake(folder)
    frame = pl.DataFrame(rows, schema=["customer_id", "time", "churn"], orient="row")
    lake.write({"snapshots": frame.with_columns(pl.col("time") * DAY)})
    return lake


def labels(lake: Lake, target: Outcome = CHURN) -> dict[str, float | None]:
    """What is to be learnt of each customer."""
    return dict(target.labels(lake, as_of=NOW).select("customer_id", "y").iter_rows())


@pytest.mark.parametrize(
    ("yes", "no"), [("Yes", "No"), ("1", "0"), ("true", "false"), ("ja", "nein"), ("1.0", " 0.0 ")]
)
def test_words_for_yes_and_no_are_labels(tmp_path: Path, yes: str, no: str) -> None:
    lake = customers(tmp_path, ada=yes, bob=no, eve=None, ian="")
    assert labels(lake) == {"ada": 1, "bob": 0, "eve": None, "ian": None}


def test_other_words_are_asked_for_and_never_guessed(tmp_path: Path) -> None:
    lake = customers(tmp_path, ada="Exited", bob="Stayed", eve="Yes")
    with pytest.raises(StamkundError, match="holds 'Exited', 'Stayed', 'Yes': not all say yes or no") as caught:
        labels(lake)
    assert caught.value.code == "unclear_outcome"
    told = Outcome("left", "churn", "customers", "probability", "Exited", (), 0)
    assert labels(lake, told) == {"ada": 1, "bob": 0, "eve": 0}
    with pytest.raises(StamkundError, match="never 'Gone'"):
        labels(lake, Outcome("left", "churn", "customers", "probability", "Gone", (), 0))


def test_amounts_are_numbers_or_refused(tmp_path: Path) -> None:
    amount = Outcome("worth", "churn", "customers", "amount", None, (), 0)
    assert labels(customers(tmp_path / "a", ada="12.50", bob="0", eve=None), amount) == {
        "ada": 12.5,
        "bob": 0,
        "eve": None,
    }
    with pytest.raises(StamkundError, match="not all are numbers"):
        labels(customers(tmp_path / "b", ada="12.50", bob="much"), amount)
    with pytest.raises(StamkundError, match="from 0 on"):
        labels(customers(tmp_path / "c", ada="12.50", bob="-1"), amount)


def test_a_table_without_the_column_asks_for_a_build(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write({"customers": pl.DataFrame({"customer_id": ["ada"]})})
    with pytest.raises(StamkundError, match="no column 'churn' yet") as caught:
        labels(lake)
    assert caught.value.code == "outcome_missing"


def test_snapshots_are_rows_of_their_own_time_and_known_a_horizon_later(tmp_path: Path) -> None:
    lake = snapshots(tmp_path, ("ada", 10, "no"), ("ada", 40, "yes"), ("bob", 40, None), ("eve", 101, "no"))
    target = Outcome("left", "churn", "snapshots", "probability", None, (), 7 * DAY)
    rows = target.labels(lake, as_of=NOW)
    told = [(who, at // DAY, known // DAY, y) for who, at, known, y in rows.rows()]
    # what is open is never known; what comes after the moment looked from is not there
    assert [row for row in told if row[0] == "ada"] == [("ada", 10, 17, 0), ("ada", 40, 47, 1)]
    assert [(row[0], row[3], row[2] > 10**6) for row in told if row[0] != "ada"] == [("bob", None, True)]
    after = target.outcome_rows(lake, as_of=20 * DAY, until=None)
    assert after["customer_id"].to_list() == ["ada", "eve"]


def test_models_read_no_column_that_is_only_known_with_the_outcome() -> None:
    last = since("days_since_last_visit", Measure("max", "time", where(kind="visit")), "days since the last visit")
    of_customers = [of_attribute(Attribute(name, reading="number")) for name in ("age", "duration", "churn")]
    feature_set = FeatureSet((last, *of_customers, of_attribute(Attribute("debt", "snapshots", "number"))), fitted_at=0)

    def read(table: str) -> list[str]:
        target = Outcome("left", "churn", table, "probability", None, ("duration",), 0)  # type: ignore[arg-type]
        return [feature.name for feature in feature_set.features if target.reads(feature)]

    # a row of customers has no moment, so that events and snapshots may come after what is to be predicted
    assert read("customers") == ["age"]
    assert read("snapshots") == ["days_since_last_visit", "age", "debt"]


def test_each_column_alone_is_a_rule() -> None:
    plan = of_attribute(Attribute("plan", vocabulary=("free", "gold")))
    rules = CHURN.rules(FeatureSet((plan, of_attribute(Attribute("age", reading="number"))), fitted_at=0))
    names = [rule.name for rule in rules if rule.factor > 0]
    assert names == ["plan: free", "plan: gold", "plan: known", "age", "age: known"]
    x = pl.DataFrame({"plan": [0.0, 1.0, None], "age": [30.0, None, 5.0]}).to_numpy()
    scores = {rule.name: rule.scores(x, ["plan", "age"]).tolist() for rule in rules}
    assert scores["plan: gold"] == [0, 1, 0]
    assert scores["-plan: known"] == [-1, -1, 0]
    assert scores["age: known"] == [1, 0, 1]


def test_a_target_comes_back_from_its_card() -> None:
    target = Outcome("left", "churn", "snapshots", "probability", "gone", ("duration",), DAY)
    assert target_from(json.loads(json.dumps(card_of(target)))) == target
