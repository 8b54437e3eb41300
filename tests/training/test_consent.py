"""Who does not allow training is not learnt from: at no moment once they withdraw, before none that they allowed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.config.settings import Settings
from features.events.tables import schema
from features.language.defaults import Vocabulary, default_features
from features.profiles.consent import gatekeeper_of
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.features.identity.test_people import lake_of
from tests.training.walk.test_dataset import AS_OF, EVENTS, LAPSE, OFFER, Told, shop, told
from training.prospects import known_outcomes
from training.walk.dataset import training_datasets

Words = list[tuple[str, int, str]]
CONSENT = {"purposes": {"learning": {"gates": ["training"]}, "scoring": {"gates": ["scores"]}}}
INTEREST = {"purposes": {"learning": {"basis": "interest", "gates": ["training"]}}}


def tables(folder: Path, words: Words, later: pl.DataFrame | None = None) -> dict[str, list[Told]]:
    lake = shop(folder / "lake", *EVENTS)
    rows = [{"customer_id": who, "time": day * DAY, "status": status} for who, day, status in words]
    said = pl.DataFrame(rows, schema={"customer_id": pl.String, "time": pl.Int64, "status": pl.String})
    said = said.with_row_index("n").with_columns(
        kind=pl.lit("consent"), purpose=pl.lit("learning"), event_id=pl.format("said-{}", "n")
    )
    before = lake.scan("events").drop("customer_id", strict=False).collect()
    before = before.with_columns(customer_id=pl.col("fragment"))
    lake.write({
        "events": pl.concat([before, said.drop("n")], how="diagonal"),
        "offers": lake.scan("offers").collect(),
    })  # fmt: skip
    settings = Settings.model_validate({"name": "Shop", "home": folder, "sources": {}, "consent": CONSENT})
    keeper = gatekeeper_of(settings, lake, later=later)
    feature_set = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
    found = training_datasets(lake, feature_set, [LAPSE, OFFER], as_of=AS_OF * DAY, minor_units=2, keeper=keeper)
    outcomes = known_outcomes(lake, LAPSE, first=0, as_of=AS_OF * DAY, keeper=keeper)
    assert len(outcomes) == sum(1 for day, _, known, _, fresh in told(found["lapse"]) if fresh and known <= AS_OF)
    return {name: told(table) for name, table in found.items()}


def rows(told_rows: list[Told]) -> list[tuple[int, str]]:
    return [(day, who) for day, who, *_ in told_rows]


def test_rows_count_from_the_yes_on_and_not_before(tmp_path: Path) -> None:
    found = tables(tmp_path, [("ann", 45, "granted"), ("bob", 0, "granted")])
    assert rows(found["lapse"]) == [
        (28, "bob"), (35, "bob"), (42, "bob"), (49, "ann"), (49, "bob"), (56, "ann"), (56, "bob"),
        (63, "ann"), (63, "bob"), (70, "ann"), (70, "bob"),
    ]  # fmt: skip
    assert {who for _, who in rows(found["offer"])} == {"ann", "bob"}


@pytest.mark.parametrize("day", [30, 69, 90])
def test_whoever_withdraws_is_in_no_row_any_more_whenever_it_was(tmp_path: Path, day: int) -> None:
    found = tables(tmp_path, [("ann", 0, "granted"), ("bob", 0, "granted"), ("bob", day, "withdrawn")])
    assert {who for table in found.values() for _, who in rows(table)} == {"ann"}


def test_a_withdrawal_that_no_build_has_read_counts(tmp_path: Path) -> None:
    sent = {"event_id": "m", "fragment": "ann", "kind": "consent", "purpose": "learning", "status": "no", "time": 0}
    later = pl.DataFrame([sent | {"received_at": 99 * DAY}], schema=schema("events"))
    found = tables(tmp_path, [("ann", 0, "granted"), ("bob", 0, "granted")], later)
    assert {who for table in found.values() for _, who in rows(table)} == {"bob"}


def test_a_withdrawal_that_no_build_has_read_counts_for_whom_a_browser_is_known_to_be(tmp_path: Path) -> None:
    own = {"kind": "visit", "id_type": "user_id", "id": "bob", "ids": '{"anonymous_id": "f00"}', "fragment": "bob"}
    lake = lake_of(tmp_path / "lake", [own | {"event_id": "e", "source": "web", "time": DAY, "known_at": None}])
    settings = Settings.model_validate({"name": "Shop", "home": tmp_path, "sources": {}, "consent": INTEREST})
    sent = {"event_id": "m", "fragment": "anonymous_id:f00", "kind": "consent", "purpose": "learning", "time": 2 * DAY}
    later = pl.DataFrame([sent | {"status": "no", "received_at": 2 * DAY}], schema=schema("events"))
    for events, left in ((None, ["bob"]), (later, [])):
        keeper = gatekeeper_of(settings, lake, later=events)
        assert keeper is not None
        allowed = keeper.passes("training", as_of=9 * DAY)
        assert allowed.over(pl.LazyFrame({"customer_id": ["bob"]})).collect()["customer_id"].to_list() == left


def test_without_a_yes_there_is_nothing_to_learn_from(tmp_path: Path) -> None:
    assert tables(tmp_path, []) == {"lapse": [], "offer": []}
