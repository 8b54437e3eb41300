from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.config.settings import Settings
from features.lake import Lake
from features.language.defaults.stages import stage_feature
from features.language.feature import Feature
from features.language.formulas.stages import STAGES
from features.language.stage_settings import StageSettings
from features.moments import micros
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from features.scores.table import writing
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.stages import known
from insights.tables import Tables
from tests.insights.shop import Event, event, shop

APRIL = micros(date(2024, 4, 10))
# All buy each week from the beginning of the year on, f but once, in the first one; a is back in April.
WEEKS = [date(2024, 1, 1) + timedelta(days=7 * week) for week in range(13)]
EVENTS = [event(each, week.isoformat(), value=1000) for each in "abcde" for week in WEEKS]
EVENTS += [event("f", "2024-01-01", value=1000), event("a", "2024-04-02", value=1000)]


def built(
    home: Path, *, events: Sequence[Event] = EVENTS, customers: Sequence[Event] = (), **settings: Any
) -> Settings:
    found = shop(home, events, customers, **settings)
    feature = stage_feature(StageSettings(), usual_gap=7 * 24 * 60.0, loyal=6)
    FeatureSet((feature,), fitted_at=0).save(found.feature_set)
    return found


def cells_of(settings: Settings, by: str, metric: str = "buyers", grain: str = "month") -> list[dict[str, Any]]:
    refresh(settings, as_of=APRIL)
    return told(Tables(settings.insights), Question((metric,), by, grain)).cells


def test_customers_are_told_apart_by_their_stage_when_the_period_ends(tmp_path: Path) -> None:
    settings = built(tmp_path)
    found = cells_of(settings, "stage")
    # f bought in January only, and has lapsed when it ends: four silent weeks where a week is usual
    january = {cell["group"]: (cell["customers"], cell["suppressed"]) for cell in found if cell["period"] == "2024-01"}
    assert january == {"active": (5, False), "lapsed": (None, True)}
    march = {cell["group"]: cell["customers"] for cell in found if cell["period"] == "2024-03"}
    assert march == {"loyal": 5}
    tables = Tables(settings.insights)
    assert people_behind(tables, Figure("buyers", "2024-01", "stage", "active")) == list("abcde")
    assert "stage" not in told(tables, Question()).overlapping
    quarter = told(tables, Question(("buyers",), "stage", "quarter")).cells
    assert {cell["group"]: cell["customers"] for cell in quarter if cell["period"] == "2024-Q1"}["loyal"] == 5


def test_customers_are_told_apart_by_their_persona_and_profiles_are_worked_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(lake: Lake, feature_set: FeatureSet, *, as_of: Sequence[int]) -> pl.DataFrame:
        asked.extend(as_of)
        return profiles_at(lake, feature_set, as_of=as_of)

    monkeypatch.setattr(known, "profiles_at", counted)
    settings = built(tmp_path)
    stage = stage_feature(StageSettings(), usual_gap=7 * 24 * 60.0, loyal=6)
    # Two centres on the place of the stage among the names, with nothing filled, moved or scaled: active and lapsed.
    places = [float(STAGES.index(name)) for name in ("active", "lapsed")]
    persona = Feature(
        "persona", "nearest", (), "code", "persona", vocabulary=("here", "gone"), parameters=(0.0, 0.0, 2.0,
        *(place / 2 for place in places)), inputs=("stage",),
    )  # fmt: skip
    FeatureSet((stage, persona), fitted_at=0).save(settings.feature_set)
    found = cells_of(settings, "persona")
    january = {cell["group"]: (cell["customers"], cell["suppressed"]) for cell in found if cell["period"] == "2024-01"}
    assert january == {"here": (5, False), "gone": (None, True)}  # f alone
    assert people_behind(Tables(settings.insights), Figure("buyers", "2024-01", "persona", "here")) == list("abcde")
    assert sorted(asked) == sorted({*asked})  # no moment twice, though stages, lapses and dimensions all ask


def test_a_week_is_told_by_the_stage_at_the_end_of_the_month_before(tmp_path: Path) -> None:
    weeks = {cell["period"]: cell["group"] for cell in cells_of(built(tmp_path), "stage", grain="week")}
    assert [weeks[f"2024-W{week:02}"] for week in (4, 5, 8, 9)] == [None, "active", "active", "loyal"]


def test_whoever_does_not_allow_profiles_is_in_no_stage(tmp_path: Path) -> None:
    consent = {"purposes": {"profiling": {"basis": "interest", "gates": ["profiles"]}}}
    no = [event(each, "2024-04-02", "consent", purpose="profiling", status="denied") for each in "abcde"]
    settings = built(tmp_path, consent=consent)
    shop(tmp_path, [*EVENTS, *no])
    january = [cell for cell in cells_of(settings, "stage") if cell["period"] == "2024-01"]
    assert {cell["group"]: cell["customers"] for cell in january} == {None: 5, "lapsed": None}


def test_members_of_each_segment_when_the_period_ends_are_beside_the_others(tmp_path: Path) -> None:
    segments = {"loyal": {"stage": "loyal"}, "there": {"stage": {"not": "lapsed"}}}
    settings = built(tmp_path, segments=segments)
    loyal = {(cell["period"], cell["group"]): cell["customers"] for cell in cells_of(settings, "segment_loyal")}
    assert loyal["2024-01", "out"] == 6
    assert loyal["2024-02", "in"] == 5
    there = {(cell["period"], cell["group"]): cell["customers"] for cell in cells_of(settings, "segment_there")}
    assert (there["2024-01", "in"], there["2024-01", "out"]) == (5, None)  # whoever is loyal is there too


def test_scores_are_those_of_the_newest_batch_no_later_than_the_periods_end(tmp_path: Path) -> None:
    settings = shop(tmp_path, EVENTS)
    # In the batch of January f is the lowest of six and the others are equal; in that of March, f is the highest.
    for day, version, values in ((date(2024, 1, 31), 1, [0.5] * 5 + [0.1]), (date(2024, 3, 5), 1, [0.5] * 5 + [0.9])):
        with writing(settings.scores, {"lapse": version}, as_of=micros(day)) as write:
            rows = pl.DataFrame({"customer_id": list("abcdef"), "value": values})
            write("lapse", rows.with_columns(campaign_id=pl.lit(None, pl.String)))
    found = cells_of(settings, "score_lapse")
    groups = [(cell["period"], cell["group"], cell["customers"]) for cell in found if cell["period"] < "2024-04"]
    # equal scores share the mean of their ranks: 4 of 6, and 3 of 6
    assert groups == [
        ("2024-01", "1 of 5", None), ("2024-01", "4 of 5", 5), ("2024-02", "4 of 5", 5), ("2024-03", "3 of 5", 5),
    ]  # fmt: skip


def test_a_column_of_customers_keeps_its_name(tmp_path: Path) -> None:
    settings = built(tmp_path)
    customers = [{"customer_id": each, "stage": "own"} for each in "abcde"]
    shop(tmp_path, EVENTS, customers)
    assert {cell["group"] for cell in cells_of(settings, "stage")} == {"own", None}
