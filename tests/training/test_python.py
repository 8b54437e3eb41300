"""The list of names for notebooks: tables, folds, figures, the gate, an estimator of one's own, reports and reasons."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from features import profiles_at
from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.records import records
from serving import scores
from serving.http.current.state import CurrentState, load_state
from serving.store.engine import open_store
from serving.store.records import replace_records
from tests.serving.clients import client_of
from tests.training.test_train import AS_OF, events, shop
from training import TrainingReport, figures, folds, judge, model, reasons, report, train, training_table
from training.learners.calibration import Platt
from training.targets import targets_of
from training.walk.dataset import training_datasets

NOW = datetime(1970, 10, 8, tzinfo=UTC)  # the moment AS_OF


def estimator() -> Pipeline:
    return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), LogisticRegression(C=0.01))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return shop(tmp_path_factory.mktemp("shop"), events())


@pytest.fixture(scope="module")
def own(settings: Settings) -> TrainingReport:
    (trained,) = train(settings, as_of=NOW, targets=["lapse"], estimator=estimator())
    return trained


def test_a_table_holds_what_training_learns_from_in_names_and_units(settings: Settings) -> None:
    table = training_table(settings, "spend", as_of="1970-10-08")
    feature_set, target = FeatureSet.load(settings.feature_set), targets_of(settings)["spend"]
    rows = training_datasets(Lake(settings.lake), feature_set, [target], as_of=AS_OF, minor_units=2)["spend"]
    known = rows.known_by(AS_OF)
    assert table.columns == ["customer_id", "as_of", "known_at", "outcome", *feature_set.names]
    assert table["outcome"].to_list() == known.y.tolist()
    assert 1 < table["outcome"].to_numpy().mean() < 1000  # an order is some 15 EUR, and not 1,500
    assert max(table["known_at"].to_list()) <= NOW
    assert (table["known_at"] - table["as_of"]).unique().to_list() == [pd.Timedelta(days=84).to_pytimedelta()]
    assert table.schema["as_of"] == pl.Datetime("us", "UTC")


def test_pandas_and_polars_get_the_same_table_and_folds(settings: Settings) -> None:
    polars = training_table(settings, "lapse", as_of=NOW)
    pandas = training_table(settings, "lapse", as_of=NOW, kind="pandas")
    assert isinstance(pandas, pd.DataFrame)
    assert pandas.equals(polars.to_pandas())
    assert repr(folds(polars)) == repr(folds(pandas))
    for past, later in folds(polars, count=3):
        assert max(polars[past]["known_at"].to_list()) <= min(polars[later]["as_of"].to_list())


def test_a_fold_learns_only_from_what_was_known_when_its_test_begins() -> None:
    months = [datetime(2024, month, 1) for month in range(1, 6)]  # noqa: DTZ001
    table = pl.DataFrame({"as_of": months, "known_at": [datetime(2024, month, 1) for month in range(2, 7)]})  # noqa: DTZ001
    ((past, later),) = folds(table, count=1)  # April and May are tested, by what was known on 1 April
    assert (past.tolist(), later.tolist()) == ([0, 1, 2], [3, 4])


def test_more_folds_than_moments_are_refused() -> None:
    one = pl.DataFrame({"as_of": [datetime(2024, 1, 1)], "known_at": [datetime(2024, 2, 1)]})  # noqa: DTZ001
    with pytest.raises(StamkundError, match="There are 0 moments with an outcome known before them") as refused:
        folds(one, count=1)
    assert refused.value.code == "too_few_moments"


@pytest.mark.parametrize(
    ("said", "kind", "part"),
    [
        ([0.5], "probability", "one score for each outcome"),
        ([0.5, 1.5], "probability", "from 0 to 1"),
        ([0.5, float("nan")], "amount", "finite"),
    ],
)
def test_scores_that_cannot_be_judged_are_refused(said: list[float], kind: str, part: str) -> None:
    with pytest.raises(StamkundError, match=part) as refused:
        figures([0, 1], said, kind=kind)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == ("bad_scores", "scores")


def test_the_gate_judges_any_scores(settings: Settings) -> None:
    table = training_table(settings, "lapse", as_of=NOW, kind="pandas")
    good = np.where(table["outcome"] > 0, 0.8, 0.1)
    strict = settings.model_copy(update={"gate": settings.gate.model_copy(update={"confidence": 0.9, "level": 0.1})})
    assert "not_better_than_rule" not in [refusal.code for refusal in judge(strict, "lapse", table, good).refusals]
    upside_down = [refusal.code for refusal in judge(strict, "lapse", table, 1 - good).refusals]
    assert upside_down == ["not_better_than_rule", "reversed", "wrong_level"]


def test_an_own_estimator_passes_the_gate_and_its_report_can_be_read_again(
    settings: Settings, own: TrainingReport
) -> None:
    assert (own.standing, own.learners, len(own.race)) == ("champion", ("own",), 1)
    again = report(settings, "lapse")
    assert again.metrics == own.metrics
    assert again.learners == ("own",)
    (unchanged,) = train(settings, as_of=NOW, targets=["lapse"], estimator=estimator())
    assert (unchanged.unchanged, unchanged.version) == (True, own.version)


@pytest.mark.usefixtures("own")
def test_an_own_estimator_answers_in_batches_and_over_http(settings: Settings) -> None:
    champion = model(settings, "lapse")
    assert champion.calibration != Platt()
    profiles = profiles_at(Lake(settings.lake), FeatureSet.load(settings.feature_set), as_of=NOW)
    expected = dict(
        zip(profiles["customer_id"], champion.predict(profiles[champion.feature_names].to_numpy()), strict=True)
    )
    told = scores(settings, as_of="1970-10-08").filter(pl.col("lapse_probability").is_not_null())
    assert told.height > 50
    for customer, probability in told.select("customer_id", "lapse_probability").iter_rows():
        assert probability == pytest.approx(expected[customer], abs=1e-12)
    carried = settings.model_copy(update={"clock": NOW})
    store = open_store(carried.store_url)
    lake = Lake(carried.lake)
    replace_records(store, records(lake, as_of=AS_OF), as_of=AS_OF, log_seq=0, lake=lake.version)
    store.dispose()
    state = load_state(carried, folder=Path())
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    customer = told["customer_id"][0]
    (one,) = http.post("/v1/scores", json={"customers": [customer]}).json()["scores"]
    assert one["churn_probability"] == pytest.approx(expected[customer], abs=1e-12)
    reasons_told = one["models"]["lapse"]["reasons"]
    assert [reason["text"] for reason in reasons_told] == [reason["text"] for reason in told["lapse_reasons"][0]]
    assert len(reasons_told) == 3


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_reasons_come_in_words_and_in_the_kind_of_frame_that_went_in(settings: Settings, kind: str) -> None:
    (ours,) = train(settings, as_of=NOW, targets=["spend"], quick=True)
    table = training_table(settings, "spend", as_of=NOW)[:3]
    rows: Any = table if kind == "polars" else table.to_pandas()
    why = reasons(settings, "spend", rows, top=2, version=ours.version)
    assert isinstance(why, type(rows))
    assert list(why["rank"]) == [1, 2, 1, 2, 1, 2]
    first = pl.DataFrame(why).row(0, named=True) if kind == "polars" else why.iloc[0].to_dict()
    assert first["value"] == table[first["feature"]][0]
    assert first["text"]
    with pytest.raises(StamkundError, match="columns that 'spend' reads"):
        reasons(settings, "spend", rows[["customer_id"]], version=ours.version)
    with pytest.raises(StamkundError, match="'spend' has no version 77"):
        model(settings, "spend", version=77)
