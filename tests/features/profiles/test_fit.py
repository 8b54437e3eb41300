"""Fitting: what the features are derived from, the stages and bands they tell, and that later rows change nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.errors import StamkundError
from features.identity.people import events_at
from features.lake import Lake
from features.language.formulas.stages import STAGES
from features.language.stage_settings import StageSettings
from features.profiles import fit
from features.profiles.fit import fit_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from features.units import DAY
from tests.features.one_customer import NOW, Row, event

# Sixty regulars who order every ten days, the n-th of them for n units; customers a–f have a story each.
REGULARS = [event(d, customer=f"r{n}", value=100 * n) for n in range(60) for d in range(5, 366, 10)]
STORIES: dict[str, list[float]] = {
    "new": [20],
    "loyal": [float(d) for d in range(2, 360, 5)],
    "active": [5, 15, 25, 35],
    "at risk": [25, 35, 45, 55],
    "lapsed": [100, 110, 120],
    "returning": [3, 200, 210, 220],
}
TOLD = [event(d, customer=name) for name, days in STORIES.items() for d in days]


def lake_of(folder: Path, events: list[Row]) -> Lake:
    lake = Lake(folder)
    lake.write({"events": pl.DataFrame(events, infer_schema_length=None)})
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    visits = [event(d, "visit", customer="r1") for d in range(30)]
    return lake_of(tmp_path_factory.mktemp("lake"), [*REGULARS, *TOLD, *visits, event(1, "visit", customer="looks")])


@pytest.fixture(scope="module")
def fitted(lake: Lake) -> FeatureSet:
    return fit_features(lake, as_of=NOW)


@pytest.mark.parametrize("stage", STORIES)
def test_a_story_has_its_stage(lake: Lake, fitted: FeatureSet, stage: str) -> None:
    row = profiles_at(lake, fitted, as_of=NOW).filter(pl.col("customer_id") == stage)
    assert STAGES[int(row["stage"][0])] == stage


def test_who_never_ordered_is_a_prospect(lake: Lake, fitted: FeatureSet) -> None:
    row = profiles_at(lake, fitted, as_of=NOW).filter(pl.col("customer_id") == "looks")
    assert STAGES[int(row["stage"][0])] == "prospect"


def test_rfm_puts_peers_into_fifths(lake: Lake, fitted: FeatureSet) -> None:
    rows = profiles_at(lake, fitted, as_of=NOW).filter(pl.col("customer_id").str.starts_with("r"))
    rows = rows.filter(pl.col("customer_id") != "returning")
    money = rows.sort("spend_365d")["rfm_monetary"]
    assert money.is_sorted()
    assert set(money) == {1, 2, 3, 4, 5}
    assert rows["rfm_recency"].n_unique() == 1  # all of them ordered five days ago


def test_a_rare_kind_and_what_comes_later_do_not_shape_the_features(lake: Lake, tmp_path: Path) -> None:
    before = fit_features(lake, as_of=NOW)
    assert not any("visit" in name for name in before.names)  # 31 visits are too few to count on
    later = [event(-d, "visit", customer="r1") for d in range(1, 100)]
    more = lake_of(tmp_path, [*events_at(lake, as_of=NOW).collect().to_dicts(), *later])
    assert fit_features(more, as_of=NOW).hash == before.hash
    assert any("visit" in name for name in fit_features(more, as_of=NOW + 100 * DAY).names)


def test_what_the_events_hold_by_then_decides_what_there_are_features_of(tmp_path: Path) -> None:
    def rows(days: range) -> list[Row]:
        return [
            *REGULARS,
            *(event(d, customer=f"r{d % 6}", channel=("web", "store")[d % 2], id=f"order-{d}") for d in days),
            *(event(d, "survey", customer="r3", scale="csat", rating=4.0) for d in days),
            *(event(d, "visit", customer="r4", latitude=59.0, longitude=18.0) for d in days),
        ]

    early, late = range(1, 101), range(-100, 0)
    names = fit_features(lake_of(tmp_path / "early", rows(early)), as_of=NOW).names
    held = {"last_channel", "days_since_last_web_order", "csat_mean_all", "last_place_km", "journey_stage"}
    assert held <= set(names)
    plain = fit_features(lake_of(tmp_path / "none", REGULARS), as_of=NOW)
    assert not held & set(plain.names)
    assert fit_features(lake_of(tmp_path / "late", rows(late)), as_of=NOW).hash == plain.hash


def test_stages_are_fitted_by_the_settings(lake: Lake) -> None:
    stages = StageSettings.model_validate({"new": "2w", "at_risk": 1.5, "loyal": 0.5})
    strict = fit_features(lake, as_of=NOW, stages=stages).feature("stage")
    usual, *told = strict.parameters
    assert usual == 10 * 24 * 60  # the regulars order every ten days
    assert told == [1.5, 4.0, 18.0, 14, 84]  # and half of all customers at least 18 times in 180 days
    assert "orders_14d" in {f"orders_{term.span.label}" for term in strict.terms}


def test_a_company_with_few_events_of_every_kind_gets_features_of_all_it_has(tmp_path: Path) -> None:
    few = [row for row in REGULARS if row["customer_id"] == "r1"][:3]
    names = fit_features(lake_of(tmp_path, [*few, {**few[0], "event_id": "v", "kind": "view"}]), as_of=NOW).names
    assert {"orders_28d", "views_28d", "stage"} <= set(names)


def test_a_past_without_an_event_of_a_customer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="nothing to derive features from") as caught:
        fit_features(lake_of(tmp_path, TOLD[:3]), as_of=0)
    assert caught.value.code == "no_events"


def test_a_set_comes_back_from_its_file_with_the_same_hash(fitted: FeatureSet, tmp_path: Path) -> None:
    fitted.save(tmp_path / "deep" / "features.json")
    again = FeatureSet.load(tmp_path / "deep" / "features.json")
    assert (again, again.hash) == (fitted, fitted.hash)
    with pytest.raises(StamkundError, match="did you mean 'orders_28d'"):
        fitted.feature("order_28d")


def test_attributes_and_categories_never_take_another_features_name(tmp_path: Path) -> None:
    folder = Lake(tmp_path)
    rows = [{**row, "category": ("order", "Tea & Co", "Tea-Co")[n % 3]} for n, row in enumerate(REGULARS)]
    said = {"stage": ["a", "b"], "as_of": ["x", "y"], "orders_28d": ["few", "many"]}
    traits = {"customer_id": [f"r{n}" for n in range(6)]} | {name: words * 3 for name, words in said.items()}
    folder.write({"events": pl.DataFrame(rows, infer_schema_length=None), "customers": pl.DataFrame(traits)})
    names = fit_features(folder, as_of=NOW).names
    assert {"stage", "stage_2", "as_of_2", "orders_28d_2", "days_since_last_order_2", "days_since_last_tea_co_2"} <= {
        *names
    }


def test_of_very_many_customers_every_so_many_who_ordered_are_peers(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit, "MOST_PEERS", 30)
    fitted = fit_features(lake, as_of=NOW)
    ordered = profiles_at(lake, fitted, as_of=NOW).filter(pl.col("orders_all") > 0)
    assert ordered.height == 66  # a third of them are peers
    spend = ordered.sort("customer_id").gather_every(3)["spend_365d"].to_numpy()
    assert fitted.feature("rfm_monetary").cuts == tuple(np.quantile(spend, np.linspace(0, 1, 6)[1:-1]))


def test_attributes_are_those_of_customers_who_were_there_by_then(tmp_path: Path) -> None:
    def hash_with(later: list[str]) -> str:
        folder = Lake(tmp_path / "-".join(["lake", *later]))
        events = [*REGULARS, *(event(-30, customer=name) for name in later)]
        customers = {"customer_id": [*(f"r{n}" for n in range(6)), *later], "age": [*["old", "young"] * 3, *later]}
        folder.write({"events": pl.DataFrame(events, infer_schema_length=None), "customers": pl.DataFrame(customers)})
        fitted = fit_features(folder, as_of=NOW)
        assert fitted.feature("age").vocabulary == ("old", "young")
        return fitted.hash

    assert hash_with([]) == hash_with(["ada", "bob"])


def test_of_the_kinds_beside_the_usual_ones_the_commonest_get_features(tmp_path: Path) -> None:
    others = [event(d, f"kind_{n:02}", customer=f"r{d % 3}") for n in range(22) for d in range(60 + (n != 5))]
    support = [event(d, "support") for d in range(50)]
    names = fit_features(lake_of(tmp_path, [*REGULARS, *others, *support]), as_of=NOW).names
    told = {name for name in names if name.startswith("kind_") and name.endswith("_count_all")}
    assert told == {f"kind_{n:02}_count_all" for n in range(21) if n != 5}  # of equally common ones the first
    assert "support_requests_all" in names


def test_a_place_is_a_latitude_with_a_longitude(tmp_path: Path) -> None:
    def names(**held: float) -> tuple[str, ...]:
        visits = [{**event(d, "visit"), **held} for d in range(50)]
        return fit_features(lake_of(tmp_path / "-".join(held), [*REGULARS, *visits]), as_of=NOW).names

    assert "last_place_km" in names(latitude=59.0, longitude=18.0)
    assert "last_place_km" not in names(latitude=59.0)


def test_events_of_nobody_shape_no_features(lake: Lake, fitted: FeatureSet, tmp_path: Path) -> None:
    nobody = [{**event(d, "visit", id=f"nobody's {d}"), "customer_id": None} for d in range(100)]
    more = lake_of(tmp_path, [*events_at(lake, as_of=NOW).collect().to_dicts(), *nobody])
    assert fit_features(more, as_of=NOW).hash == fitted.hash


def test_words_that_too_few_people_share_become_no_features(tmp_path: Path) -> None:
    """Of sixty customers three must share a word: a kind that is no usual one, a category, an attribute's text."""
    told = {}
    for people in (2, 3):
        own = [f"r{n}" for n in range(people)]
        orders = [{**row, "category": "Wigs" if row["customer_id"] in own else "Tea"} for row in REGULARS]
        rare = [event(d, "fitting", customer=own[d % people]) for d in range(60)]
        region = [*["Isle"] * people, *["North", "South"] * 20]
        customers = {"customer_id": [f"r{n}" for n in range(len(region))], "region": region}
        lake = Lake(tmp_path / str(people))
        lake.write({
            "events": pl.DataFrame([*orders, *rare], infer_schema_length=None), "customers": pl.DataFrame(customers)
        })  # fmt: skip
        fitted = fit_features(lake, as_of=NOW)
        found = [any(word in name for name in fitted.names) for word in ("fitting", "wigs")]
        told[people] = (*found, fitted.feature("region").vocabulary)
    assert told == {2: (False, False, ("North", "South")), 3: (True, True, ("Isle", "North", "South"))}
