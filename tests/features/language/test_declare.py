"""Added features: each kind of aggregate by hand, on both evaluators, from Python and from stamkund.yaml."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from features import FeatureSet, StamkundError, build, read_settings
from features.language.aggregations import Take
from features.language.declare import declare
from tests.features.one_customer import Row, event, profile_of
from tests.sample import sample_config

# 40, 10 and 5 days ago; a survey between, and a view on each side of the last order.
STORY: list[Row] = [
    event(40, value=1000, channel="web", item_id="tea", category="Drinks", quantity=2.0),
    event(20, "survey", rating=9.0, scale="nps"),
    event(10, value=3000, channel="shop", item_id="tea", category="Drinks", discount=500, quantity=1.5),
    event(7, "view", channel="app", item_id="cup"),
    event(5, value=1000, channel="web", item_id="cup", category="Gifts"),
    event(3, "survey", rating=6.5, scale="nps"),
    event(2, "view", item_id="cup"),
]
WEB = {"channel": "web"}


def value_of(**said: Any) -> float:
    features = declare("x", **{"kind": "order", "windows": ["all"], **said})
    (value,) = profile_of(STORY, features=FeatureSet(features, fitted_at=0)).values()
    return value


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"take": "count", "of": "orders", "windows": [28]}, 2),
        ({"take": "count", "where": WEB}, 2),
        ({"take": "count", "kind": ["view", "survey"], "windows": ["1w"]}, 2),  # 7 days ago lies on the open edge
        ({"take": "count", "of": "quantity"}, 2),  # of three lines two say it
        ({"take": "sum", "of": "value", "where": WEB, "windows": ["90d"]}, 20),
        ({"take": "sum", "of": "value", "minor_units": 0}, 5000),
        ({"take": "sum", "of": "quantity"}, 3.5),
        ({"take": "sum", "of": "gap"}, 35),
        ({"take": "mean", "of": "value", "windows": [28]}, 20),
        ({"take": "mean", "of": "discount", "where": {"channel": "shop"}, "windows": [28]}, 5),
        ({"take": "mean", "of": "rating", "kind": "survey"}, 7.75),
        ({"take": "mean", "of": "gap"}, 17.5),  # 30 and 5 days
        ({"take": "min", "of": "gap"}, 5),
        ({"take": "max", "of": "gap", "windows": [28]}, 30),  # the order before lies further back
        ({"take": "std", "of": "gap"}, 25 / math.sqrt(2)),
        ({"take": "std", "of": "value"}, 20 / math.sqrt(3)),  # 10, 30, 10
        ({"take": "min", "of": "rating", "kind": "survey"}, 6.5),
        ({"take": "max", "of": "value", "where": {"category": {"not": "Drinks"}}}, 10),
        ({"take": "max", "of": "value", "kind": "refund"}, math.nan),
        ({"take": "std", "of": "quantity"}, 0.5 / math.sqrt(2)),
        ({"take": "first", "of": "gap"}, 30),
        ({"take": "last", "of": "gap"}, 5),
        ({"take": "last", "of": "gap", "where": {"channel": "shop"}}, 30),
        ({"take": "first", "of": "quantity"}, 2),
        ({"take": "last", "of": "quantity"}, 1.5),  # the last that is known
        ({"take": "last", "of": "rating", "kind": "survey"}, 6.5),
        ({"take": "first", "of": "category", "among": ["Gifts", "Drinks"]}, 1),
        ({"take": "last", "of": "category", "among": ["Gifts", "Drinks"]}, 0),
        ({"take": "last", "of": "channel", "kind": "view", "among": ["web"]}, math.nan),
        ({"take": "top", "of": "channel", "among": ["shop", "web"]}, 1),
        ({"take": "top", "of": "channel", "by": "value", "among": ["shop", "web"]}, 0),
        ({"take": "top", "of": "channel", "among": ["web", "shop"], "where": {"channel": {"not": "web"}}}, 1),
        ({"take": "share", "of": "value", "where": WEB, "windows": [28]}, 0.25),
        ({"take": "ratio", "kind": "survey", "over": {"kind": "order"}}, 2 / 3),
        ({"take": "ratio", "of": "value", "over": {"of": "orders"}}, 50 / 3),
        ({"take": "ratio", "of": "discount", "over": {"of": "value"}}, 0.1),
        ({"take": "ratio", "of": "value", "where": WEB, "over": {"where": {"channel": "shop"}}}, 2 / 3),
        ({"take": "trend", "of": "value", "where": WEB, "windows": [28]}, 1),
        ({"take": "trend", "of": "value", "where": {"channel": "shop"}, "windows": [28]}, math.nan),
        ({"take": "distinct", "of": "item_id", "windows": [28]}, 2),
        ({"take": "distinct", "of": "item_id", "where": WEB, "windows": [7]}, 1),
        ({"take": "distinct", "of": "day"}, 3),
        ({"take": "days_since", "where": {"channel": "shop"}}, 10),
        ({"take": "days_since", "kind": ["order", "view"]}, 2),
        ({"take": "days_since_first", "kind": "survey"}, 20),
        ({"take": "days_since", "kind": "refund"}, math.nan),
    ],
    ids=str,
)
def test_an_aggregate_by_hand(said: Mapping[str, object], expected: float) -> None:
    assert value_of(**said) == pytest.approx(expected, nan_ok=True)


def test_every_take_is_worked_out_by_hand() -> None:
    (table,) = [mark for mark in test_an_aggregate_by_hand.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {said["take"] for said, _ in table.args[1]} == set(get_args(Take))


@pytest.mark.parametrize(
    ("test", "met"),
    [
        ({"value": 10}, 2),
        ({"value": {"at_least": 10}}, 3),
        ({"value": {"above": 10}}, 1),
        ({"value": {"above": 9.999}}, 3),  # amounts are whole cents
        ({"value": {"at_most": 29.999}}, 2),
        ({"value": {"below": 10}}, 0),
        ({"value": {"below": 10.01, "at_least": 0}}, 2),
        ({"quantity": {"at_least": 1.5, "below": 2}}, 1),
        ({"quantity": {"below": 2.001}}, 2),  # what is not known is not below
        ({"discount": {"at_least": 0.01}}, 1),
        ({"channel": {"not": "web"}}, 1),
        ({"channel": {"not": ["web", "shop"]}}, 0),
        ({"channel": ["web", "shop"]}, 3),
        ({"channel": "web", "category": {"not": "Gifts"}, "value": {"below": 50}}, 1),
        ({"campaign_id": {"not": "x"}}, 0),  # where nothing is known no condition is met
    ],
    ids=str,
)
def test_a_condition_by_hand(test: Mapping[str, object], met: int) -> None:
    assert value_of(take="count", where=test) == met


def test_units_are_those_that_people_think_in() -> None:
    dear = {"value": {"at_least": 3}}
    assert [value_of(take="count", where=dear, minor_units=units) for units in (2, 3, 4)] == [3, 1, 0]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"take": "sum", "of": "values"}, "Unknown `of` for sum 'values'; did you mean 'value'"),
        (
            {"take": "min", "of": "category"},
            "category holds text, which has no min. It has: distinct, top, first, last",
        ),
        ({"take": "sum"}, "Unknown `of` for sum 'lines'. Known: cost"),
        ({"take": "summ"}, "Unknown `take` 'summ'; did you mean 'sum'"),
        ({"take": "count", "where": {"chanel": "web"}}, "did you mean 'channel'"),
        ({"take": "count", "where": {"channel": {"at_least": 3}}}, "channel holds text: give a value, several"),
        ({"take": "count", "where": {"value": "web"}}, "value holds numbers, and 'web' is none"),
        ({"take": "count", "where": {"value": {"atleast": 3}}}, "did you mean 'at_least'"),
        ({"take": "count", "where": {"value": {"above": 3, "below": 3}}}, "No value is above 3 and below 3"),
        ({"take": "count", "where": {"channel": []}}, "neither a text nor some texts"),
        ({"take": "count", "where": {"channel": True}}, "in quotes"),
        ({"take": "count", "kind": []}, "neither a text nor some texts"),
        ({"take": "count", "of": "orders", "kind": "view"}, "Events of view are no orders. Take lines"),
        (
            {"take": "count", "of": "orders", "where": {"category": "Gifts"}},
            "The lines of an order may differ in category",
        ),
        ({"take": "mean", "of": "gap", "where": {"value": {"above": 1}}}, "The lines of an order may differ in value"),
        ({"take": "top", "of": "category", "by": "orders", "among": ["Gifts"]}, "may differ in category"),
        ({"take": "ratio", "kind": "view", "over": {"of": "orders"}}, "Events of view are no orders"),
        ({"take": "share"}, "A share needs `where`"),
        ({"take": "ratio"}, "`over` says what a ratio is taken over"),
        ({"take": "sum", "of": "value", "over": {"of": "orders"}}, "for ratios only; this is a sum"),
        ({"take": "ratio", "over": {"whre": {}}}, "did you mean 'where'"),
        ({"take": "ratio", "of": "value", "over": {"of": "rating"}}, "Unknown `of` below value 'rating'"),
        ({"take": "top", "of": "category"}, "one of those that `among` names"),
        ({"take": "count", "among": ["web"]}, "needed for texts and only there"),
        ({"take": "top", "of": "category", "among": ["a", "a"]}, "named twice"),
        ({"take": "top", "of": "category", "by": "spend", "among": ["a"]}, "Unknown `by` 'spend'"),
        ({"take": "count", "by": "value"}, "a count has no use for it"),
        ({"take": "count", "windows": ["12h"]}, "'12h' is no number of days"),
        ({"take": "count", "windows": 36_501}, "The window 36501 is no number of days up to 36500"),
        ({"take": "count", "windows": True}, "True is no number of days"),
        ({"take": "count", "windows": [28.0]}, "28.0 is no number of days"),
        ({"take": "count", "where": {"value": {"above": math.nan}}}, "value holds numbers, and nan is none"),
        ({"take": "count", "where": {"value": -math.inf}}, "value holds numbers, and -inf is none"),
        ({"take": "count", "where": {"value": {"below": 1e30}}}, "as far from 0 as 1e+30. Give a bound of at most 92"),
        ({"take": "count", "where": {"value": {"at_least": -(10**17)}}}, "No value can be as far from 0"),
        ({"take": "count", "kind": ""}, "A kind of events is empty"),
        ({"take": "count", "kind": ["order", " "]}, "A kind of events is empty"),
        ({"take": "count", "windows": [0]}, "0 is no number of days"),
        ({"take": "trend", "windows": ["all"]}, "A trend needs windows in days"),
        ({"take": "count", "windows": []}, "A count needs windows"),
    ],
    ids=str,
)
def test_a_mistake_is_told_with_what_would_do(said: Mapping[str, Any], complaint: str) -> None:
    with pytest.raises(StamkundError, match=complaint.replace("(", r"\(").replace("+", r"\+")):
        value_of(**said)


@pytest.mark.parametrize("name", ["web spend", "2nd", "", "as_of"])
def test_a_name_must_be_fit_for_a_column(name: str) -> None:
    with pytest.raises(StamkundError, match="use letters, digits and _"):
        declare(name, take="count", kind="order")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"take": "distinct", "of": "day"}, "number of different days with 'order' events so far"),
        (
            {"take": "distinct", "of": "item_id", "where": WEB},
            "number of different items of 'order' events with channel web so far",
        ),
        ({"take": "count", "of": "orders", "where": WEB}, "number of orders with channel web so far"),
        ({"take": "ratio", "of": "value", "over": {"of": "orders"}}, "value of 'order' events over orders so far"),
        ({"take": "top", "of": "channel", "by": "orders", "among": ["web"]}, "channel with the most orders so far"),
        ({"take": "count", "of": "gap"}, "number of gaps between 'order' events so far"),
        ({"take": "count", "of": "cost"}, "number of 'order' events that hold a cost so far"),
        ({"take": "mean", "of": "gap"}, "mean days between 'order' events so far"),
    ],
    ids=str,
)
def test_a_feature_reads_well(said: Mapping[str, Any], text: str) -> None:
    assert declare("x", **{"kind": "order", "windows": "all", **said})[0].text == text


def test_a_window_that_is_given_twice_is_one() -> None:
    windows: list[int | str | None] = [28, "28d", "4w", None, "all"]
    assert [f.name for f in declare("x", take="count", kind="order", windows=windows)] == ["x_28d", "x_all"]


@pytest.mark.parametrize("windows", [28, "28", "28d", "4w", ["28"]], ids=str)
def test_one_window_need_not_be_a_list(windows: int | str | list[int | str | None]) -> None:
    assert [f.name for f in declare("x", take="count", kind="order", windows=windows)] == ["x_28d"]
    assert [f.name for f in declare("x", take="count", kind="order", windows=None)] == ["x_all"]


def settings_with(folder: Path, add: str) -> Path:
    path = folder / "stamkund.yaml"
    path.write_text(f"name: Corner shop\nsources: {{}}\nfeatures:\n  add:\n{add}", encoding="utf-8")
    return path


YAML = """\
    big_web_spend:
      {take: sum, of: value, kind: order, windows: [28d, all],
       where: {channel: [web, app], category: {not: Gifts}, value: {at_least: 20, below: 100}}}
    favourite: {take: top, of: category, kind: [order, view], by: lines, among: [Drinks, Gifts], windows: [all]}
    answers: {take: ratio, kind: redeem, over: {kind: contact}, where: {campaign_id: 18}, windows: 90d}
"""


def test_yaml_and_python_say_the_same(tmp_path: Path) -> None:
    add = read_settings(settings_with(tmp_path, YAML)).features.add
    for name, said in yaml.safe_load(YAML).items():
        assert declare(name, **add[name].model_dump()) == declare(name, **said)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "web: {take: sum, of: valu, kind: order}",
            "stamkund.yaml:5: features.add.web.of: Unknown `of` for sum 'valu'",
        ),
        ("web: {take: count, kind: order, where: {chanel: web}}", r"features.add.web.where.chanel: .* 'channel'"),
        ("web shop: {take: count, kind: order}", "features.add.web shop: 'web shop' cannot be a feature's name"),
        ("web: {take: count, kind: order, windows: [12h]}", "features.add.web.windows: The window '12h'"),
        ("web: {take: counts, kind: order}", "features.add.web.take: this must be 'count', .*, not 'counts'"),
    ],
)
def test_a_mistake_in_yaml_is_told_with_its_place(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(StamkundError, match=complaint):
        read_settings(settings_with(tmp_path, f"    {line}\n"))


@pytest.mark.slow
def test_a_line_of_yaml_adds_a_feature_to_what_is_built(tmp_path: Path) -> None:
    add = {
        "coupon_savings": {"take": "sum", "of": "discount", "kind": "coupon_applied", "windows": ["90d", "all"]},
        "products": {"take": "distinct", "of": "item_id", "kind": "order", "windows": ["28d"]},
    }
    settings = read_settings(sample_config(tmp_path, every=100, features={"add": add}))
    built = build(settings, as_of=settings.now())
    assert built.feature_set.names[-3:] == ("coupon_savings_90d", "coupon_savings_all", "products_28d")
    saved = built.profiles["coupon_savings_all"].sum()
    assert saved == pytest.approx(round(saved, 2))  # in units of the currency
    assert saved > 1
    assert built.profiles["products_28d"].sum() > 100
    assert build(settings, as_of=settings.now()).feature_set == built.feature_set  # what was fitted stays
    changed = read_settings(sample_config(tmp_path, every=100, features={"add": {**add, "new": add["products"]}}))
    with pytest.raises(StamkundError, match="build --refit"):
        build(changed, as_of=settings.now())
