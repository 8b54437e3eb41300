from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import pytest

from features.errors import StamkundError
from features.events.kinds import KINDS
from features.language.attributes import Attribute
from features.language.declare import declare
from features.language.defaults import Vocabulary, default_features
from features.language.feature import Feature
from features.language.formulas.stages import STAGES
from features.profiles.pairs.features import PAIR_FEATURES
from features.sentences.figures import Money
from features.sentences.phrasebook import Phrasebook

SNAPSHOT = Attribute("mood", origin="snapshots", reading="change")
ATTRIBUTES = (
    Attribute("age", vocabulary=("19-24", "25-34")),
    Attribute("income", reading="number"),
    Attribute("signed_up", reading="date"),
    SNAPSHOT,
)
EVERYTHING = Vocabulary(
    kinds=tuple(sorted([*KINDS, "yoga_class"])),
    categories=("Tea", "Cakes {and} more"),
    attributes=ATTRIBUTES,
    channels=("web", "shop"),
    scales=("nps",),
    renewing=True,
    priced=True,
    placed=True,
    returning=("refund",),
)
FEATURES = default_features(EVERYTHING, windows=(28,))
NAMES = [feature.name for feature in FEATURES]
STAGE = Feature("stage", "stage", (), "code", "lifecycle stage", vocabulary=STAGES)
BAND = replace(FEATURES[NAMES.index("spend_28d")], name="spend_band", cuts=(1.0, 2.0))


def said(name: str, value: float, *added: Feature, money: Money | None = None, **others: float) -> str:
    """A feature's sentence, of a customer of whom only that value and the ``others`` are known."""
    names = [*NAMES, *(feature.name for feature in added)]
    book = Phrasebook.of([*FEATURES, *added], names, money=money)
    row = [{name: value, **others}.get(each, nan) for each in names]
    return book.text(name, value, book.usual(name, row))


@pytest.mark.parametrize(
    ("name", "value", "others", "sentence"),
    [
        ("days_since_last_order", 41.2, {"order_gap_mean_all": 9.0}, "no order for 41 days; usually every 9"),
        ("days_since_last_order", 2.25, {"order_gap_mean_all": 9.4}, "last order 2.2 days ago; usually every 9.4"),
        ("days_since_last_order", 0.25, {"order_gap_mean_all": 9.4}, "last order 6 hours ago; usually every 9.4"),
        ("days_since_last_order", 1.0, {}, "no order for 1 day"),
        ("days_since_last_order", nan, {}, "no order so far"),
        ("days_since_first_order", 400.0, {}, "first order 400 days ago"),
        ("days_since_last_tea", 41.0, {"order_gap_mean_all": 9.0}, "no order of Tea for 41 days"),
        ("days_since_last_web_order", 3.0, {}, "no order by web for 3 days"),
        ("days_since_last_visit", 3.0, {}, "no visit for 3 days"),
        ("days_since_last_yoga_class", nan, {}, "no “yoga class” event so far"),
        # 30 orders in 420 days are 2 in 28; of who came only 30 days ago, nothing is usual yet
        (
            "orders_28d",
            1.0,
            {"orders_all": 30, "days_since_first_order": 420},
            "1 order in the last 28 days; usually 2",
        ),
        (
            "orders_28d",
            0.0,
            {"orders_all": 30, "days_since_first_order": 420},
            "no orders in the last 28 days; usually 2",
        ),
        ("orders_28d", 3.0, {"orders_all": 30, "days_since_first_order": 30}, "3 orders in the last 28 days"),
        (
            "orders_14d_to_7d",
            2.0,
            {"orders_all": 30, "days_since_first_order": 420},
            "2 orders 7 to 14 days ago; usually 0.5",
        ),
        ("orders_all", 1200.0, {}, "1,200 orders so far"),
        ("order_lines_28d", 1.0, {}, "1 item bought in the last 28 days"),
        (
            "spend_28d",
            20.5,
            {"spend_all": 1200, "days_since_first_order": 420},
            "spent 20.50 SEK in the last 28 days; usually 80.00 SEK",
        ),
        ("spend_28d", 0.0, {}, "nothing spent in the last 28 days"),
        ("gross_spend_28d", 5.0, {}, "bought for 5.00 SEK in the last 28 days"),
        ("discount_28d", 0.0, {}, "no discounts in the last 28 days"),
        (
            "order_gap_mean_90d",
            12.0,
            {"order_gap_mean_all": 9.0},
            "an order every 12 days, by gaps in the last 90 days; usually every 9 days",
        ),
        ("order_gap_mean_all", 9.0, {}, "an order every 9 days on average"),
        ("order_gap_last", 12.0, {"order_gap_mean_all": 9.0}, "12 days between the last two orders; usually 9 days"),
        ("recency_over_gap_all", 4.5, {}, "no order for 4.5 times the average gap so far"),
        ("orders_trend_28d", 0.4, {}, "60 % fewer orders in the last 28 days than 28 to 56 days ago"),
        ("orders_trend_28d", 1.5, {}, "50 % more orders in the last 28 days than 28 to 56 days ago"),
        ("orders_trend_28d", 1.0, {}, "as many orders in the last 28 days as 28 to 56 days ago"),
        ("orders_trend_28d", 5.0, {}, "5 times as many orders in the last 28 days as 28 to 56 days ago"),
        ("orders_trend_28d", nan, {}, "no orders 28 to 56 days ago"),
        ("spend_trend_28d", 0.4, {}, "spent 60 % less in the last 28 days than 28 to 56 days ago"),
        ("spend_trend_28d", nan, {}, "nothing spent 28 to 56 days ago"),
        (
            "spend_per_order_28d",
            42.1,
            {"spend_per_order_all": 30.0},
            "spend per order in the last 28 days: 42.10 SEK; usually 30.00 SEK",
        ),
        ("spend_per_order_28d", nan, {}, "spend per order in the last 28 days: nothing to go by"),
        (
            "weekend_share_90d",
            0.345,
            {"weekend_share_all": 0.2},
            "share of weekend orders in the last 90 days: 34 %; usually 20 %",
        ),
        ("share_tea_90d", 0.005, {}, "Tea as a share of gross spend in the last 90 days: 0.5 %"),
        ("top_category_90d", 1.0, {}, "category with the most gross spend in the last 90 days: Cakes {and} more"),
        ("age", 1.0, {}, "age: 25-34"),
        ("age", nan, {}, "age: unknown"),
        ("income", 12.5, {}, "income: 12"),
        ("nps_last", 3.0, {}, "last nps rating: 3 points"),
        ("last_place_km", 12.3, {}, "last seen 12 km from the usual place"),
        ("days_to_renewal", 12.0, {}, "a subscription renews in 12 days"),
        ("days_to_renewal", -5.0, {}, "a subscription was to renew 5 days ago"),
        ("affinity_spend_90d", 1234.0, {}, "spent 12.34 SEK on the campaign's products in the last 90 days"),
        ("days_left", nan, {}, "the campaign has no end"),
    ],
)
def test_default_features_are_told_in_words_with_units_beside_what_is_usual(
    name: str, value: float, others: dict[str, float], sentence: str
) -> None:
    assert said(name, value, money=Money("SEK"), **others) == sentence


def test_declared_features_are_told_in_their_own_words() -> None:
    (web,) = declare("web", take="sum", of="value", kind="order", where={"channel": {"not": "web"}}, windows=28)
    (gifts,) = declare("gifts", take="count", kind="order", where={"category": ["Gifts", "Tea"]}, windows=28)
    (dear,) = declare("dear", take="days_since", kind="order", where={"value": {"at_least": 20}})
    added = (web, gifts, dear, STAGE, BAND)
    text = "sum of value of 'order' events with channel not web in the last 28 days"
    assert said("web_28d", 5.0, *added) == f"{text}: 5.00 EUR"
    assert said("gifts_28d", 2.0, *added) == "2 items bought of Gifts or Tea in the last 28 days"
    assert said("dear", 41.0, *added) == "days since the last of 'order' events with value at least 20: 41"
    assert said("stage", 4.0, *added) == "lifecycle stage: at risk"
    told = said("spend_band", 2.0, *added, spend_all=1200.0, days_since_first_order=420.0)
    assert told == "spend in the last 28 days: 2"  # an amount is no usual band


def test_every_feature_is_told_whatever_its_value() -> None:
    book = Phrasebook.of(FEATURES, [*NAMES, *PAIR_FEATURES])
    for name in (*NAMES, *PAIR_FEATURES):
        for value in (nan, 0.0, 1.0):
            text = book.text(name, value)
            assert text or (name in PAIR_FEATURES and isnan(value)), name
            assert not {"{", "nan"} & {*text.replace("Cakes {and} more", "").split()}, text


def test_what_a_model_does_not_read_is_not_told_as_usual() -> None:
    book = Phrasebook.of(FEATURES, ["days_since_last_order"])
    assert (
        book.text("days_since_last_order", 41.0, book.usual("days_since_last_order", [41.0])) == "no order for 41 days"
    )


def test_a_language_that_there_is_not_is_refused() -> None:
    with pytest.raises(StamkundError, match="Unknown language 'de'"):
        Phrasebook.of(FEATURES, NAMES, language="de")
