"""The stages: a customer walks through them day by day, in words; each by the customer's own rhythm."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.config.settings import read_settings
from features.errors import StamkundError
from features.language.defaults.stages import journey_feature, stage_feature
from features.language.feature import Feature
from features.language.stage_settings import StageSettings
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY, MINUTE
from tests.features.one_customer import NOW, Row, event, profile_of

USUAL = 28 * DAY / MINUTE  # between orders, of those who have no rhythm of their own yet
KINDS = ("cart", "order", "view", "visit")


def stages_at(days_ago: float, events: list[Row], **settings: object) -> tuple[object, object]:
    """Both stages in words, so many days before NOW."""
    said = StageSettings.model_validate(settings)
    road = journey_feature(said, KINDS, usual_gap=USUAL)
    assert isinstance(road, Feature)
    both = FeatureSet((stage_feature(said, usual_gap=USUAL, loyal=12), road), fitted_at=0)
    values = profile_of(events, as_of=NOW - round(days_ago * DAY), features=both)
    return tuple(f.display(values[f.name]) for f in both.features)  # type: ignore[return-value]


# Four orders ten days apart, a year of silence, one order more. The first visit was before all of it.
LIFE = [event(410, "visit"), *(event(d) for d in (400, 390, 380, 370, 3))]


@pytest.mark.parametrize(
    ("days_ago", "stage"),
    [
        (405, "prospect"),
        (400, "new"),
        (372, "new"),  # 28 days after the first order
        (371, "active"),
        (350, "active"),  # two gaps of ten days
        (349, "at risk"),
        (330, "at risk"),  # four gaps
        (329, "lapsed"),
        (3, "returning"),  # after 367 days of silence, which are more than 84
        (-24, "returning"),
        (-25, "active"),  # back for 28 days, and the mean gap is 99 days now
        (-196, "at risk"),
        (-395, "lapsed"),  # 398 days of silence: more than 4 × 99.25
    ],
)
def test_a_life_with_us_goes_from_stage_to_stage(days_ago: float, stage: str) -> None:
    assert stages_at(days_ago, LIFE)[0] == stage


def test_the_loyal_order_as_often_as_the_most_loyal_of_the_peers() -> None:
    often = [event(15 * d) for d in range(12)]
    assert stages_at(0, often)[0] == "loyal"
    assert stages_at(0, often[1:])[0] == "active"


# Orders eight days apart, of which a quarter is two days; then three views, a cart, an order: gaps of 11.2 days now.
WALK = [
    *(event(d) for d in (40, 32, 24)),
    *(event(d, "view") for d in (10, 9, 8)),
    event(7, "cart"),
    event(6.5),
]


@pytest.mark.parametrize(
    ("days_ago", "stage"),
    [
        (23, "after the purchase"),
        (22, "after the purchase"),
        (21.9, "quiet"),
        (10.1, "quiet"),
        (10, "considering"),
        (9, "considering"),
        (8, "evaluating"),
        (7, "buying"),
        (6.6, "buying"),
        (6.5, "after the purchase"),
        (4, "after the purchase"),  # 2.5 days, and a quarter of the gap is 2.8
        (3, "quiet"),  # what was looked at before the order counts no more
    ],
)
def test_a_customer_walks_the_road_to_the_next_order(days_ago: float, stage: str) -> None:
    assert stages_at(days_ago, WALK)[1] == stage


@pytest.mark.parametrize(
    ("days_ago", "stage"), [(10, "buying"), (9, "buying"), (8.9, "evaluating"), (-3.9, "evaluating"), (-4, "quiet")]
)
def test_a_cart_that_is_left_is_bought_evaluated_and_forgotten(days_ago: float, stage: str) -> None:
    assert stages_at(days_ago, [*WALK[:3], event(10, "cart")])[1] == stage


def test_who_never_ordered_walks_the_road_too() -> None:
    assert stages_at(0, [event(2, "visit")]) == ("prospect", "considering")
    assert stages_at(0, [event(20, "visit")]) == ("prospect", "quiet")


def test_without_any_kind_that_shows_interest_there_is_no_road() -> None:
    assert journey_feature(StageSettings(), ("contact", "order"), usual_gap=USUAL) is None


@pytest.mark.parametrize(
    ("days_ago", "events", "settings", "stages"),
    [
        (380, LIFE, {"new": "14d"}, ("active", "after the purchase")),
        (349, LIFE, {"at_risk": 3}, ("active", "quiet")),
        (349, LIFE, {"at_risk": 1, "lapsed": 2}, ("lapsed", "quiet")),
        (3, LIFE, {"returning": "400d"}, ("active", "after the purchase")),
        (8, WALK, {"evaluating": 4}, ("active", "considering")),
        (8, WALK, {"interest": "1d"}, ("active", "considering")),
        (6.6, WALK, {"buying": "2h"}, ("at risk", "evaluating")),
        (4, WALK, {"after": 0.1}, ("active", "quiet")),
    ],
)
def test_settings_move_the_borders(
    days_ago: float, events: list[Row], settings: dict[str, object], stages: tuple[str, str]
) -> None:
    assert stages_at(days_ago, events, **settings) == stages


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{at_riks: 3}", "did you mean 'at_risk'"),
        ("{new: 12h}", "whole days"),
        ("{new: soon}", "is not a duration"),
        ("{at_risk: 3, lapsed: 3}", "`lapsed` must be more than 3 gaps"),
        ("{loyal: 80}", "less than 1"),
    ],
)
def test_stages_that_cannot_be_are_refused_with_their_place(tmp_path: Path, said: str, told: str) -> None:
    file = tmp_path / "stamkund.yaml"
    file.write_text(f"name: Shop\nsources: {{}}\nfeatures:\n  stages: {said}\n", encoding="utf-8")
    with pytest.raises(StamkundError, match=told) as caught:
        read_settings(file)
    assert "stamkund.yaml:4" in str(caught.value)
