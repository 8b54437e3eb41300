from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.language.defaults.stages import stage_feature
from features.language.stage_settings import StageSettings
from features.moments import micros
from features.privacy.holding import Rows
from features.profiles.fitted.feature_set import FeatureSet
from insights.holdings import forget, holdings
from insights.refresh import refresh
from insights.stages.questions import Move, people_of, told
from insights.tables import Tables
from tests.insights.shop import event, shop

APRIL = micros(date(2024, 4, 10))  # April is not over
WEEKS = [(date(2024, 1, 1) + timedelta(days=7 * week)).isoformat() for week in range(15)]


def home_of(home: Path, customers: str = "abcdefghij") -> Settings:
    """All buy each week; f and later ones stop after 29 January, over four gaps of a week before March."""
    orders = [event(each, week, value=1000) for each in customers for week in (WEEKS if each < "f" else WEEKS[:5])]
    found = shop(home, orders)
    features = (stage_feature(StageSettings(), usual_gap=7 * 24 * 60.0, loyal=99),)
    FeatureSet(features, fitted_at=0).save(found.feature_set)
    refresh(found, as_of=APRIL)
    return found


def tables(home: Path) -> Tables:
    return Tables(home_of(home).insights)


def test_moves_of_a_month_are_told_of_those_in_the_stage_before_with_the_people(tmp_path: Path) -> None:
    written = tables(tmp_path)
    answer = told(written, last=12, minor_units=2)
    assert {row["period"] for row in answer.moves} == {"2024-02", "2024-03"}
    moves = {(row["before"], row["stage"]): row for row in answer.moves if row["period"] == "2024-02"}
    assert set(moves) == {("active", "active"), ("active", "lapsed")}
    lapsed = moves["active", "lapsed"]
    assert (lapsed["customers"], lapsed["of"], lapsed["share"]) == (5, 10, 0.5)
    assert (round(lapsed["low"], 4), round(lapsed["high"], 4)) == (0.2366, 0.7634)  # Wilson's interval of 5 of 10
    assert people_of(written, Move("2024-02", "active", "lapsed")) == [*"fghij"]
    assert people_of(written, Move("2024-02", "active", "active")) == [*"abcde"]
    assert {row["period"] for row in told(written, last=1, minor_units=2).moves} == {"2024-03"}


def test_a_move_of_four_is_told_neither_by_number_nor_by_names(tmp_path: Path) -> None:
    written = Tables(home_of(tmp_path, "abcdefghi").insights)
    moves = {
        (row["before"], row["stage"]): row
        for row in told(written, last=12, minor_units=2).moves
        if row["period"] == "2024-02"
    }
    lapsed = moves["active", "lapsed"]
    assert (lapsed["suppressed"], lapsed["customers"], lapsed["of"], lapsed["share"]) == (True, None, None, None)
    assert people_of(written, Move("2024-02", "active", "lapsed")) == []
    assert moves["active", "active"]["customers"] == 5


def rows_of(settings: Settings, customer: str) -> Rows:
    (holding,) = holdings(settings)
    assert holding.rows is not None
    return holding.rows([customer])


def test_who_is_erased_is_on_no_list(tmp_path: Path) -> None:
    settings = home_of(tmp_path)
    held = [row for row in rows_of(settings, "f") if row["table"] == "stage_people"]
    assert [(row["period"], row["stage"]) for row in held] == [("2024-02", "lapsed"), ("2024-03", "lapsed")]
    forget(settings, ["f"])
    assert people_of(Tables(settings.insights), Move("2024-02", "active", "lapsed")) == [*"ghij"]
    assert rows_of(settings, "f") == []


def test_unknown_stages_and_months_are_refused_with_the_nearest(tmp_path: Path) -> None:
    written = tables(tmp_path)
    for move, field in (
        (Move("2024-02", "activ", "lapsed"), "before"),
        (Move("2024-02", "active", "laps"), "stage"),
        (Move("2024-04", "active", "lapsed"), "period"),
    ):
        with pytest.raises(StamkundError) as refused:
            people_of(written, move)
        assert refused.value.field == field
