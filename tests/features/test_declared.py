"""Added features: each kind of aggregate by hand, on both evaluators, from Python and from stamkund.yaml."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from features import FeatureSet, StamkundError, build, read_settings
from features.declared import Take, declare
from tests.features.events import Row, event, profile_of
from tests.sample import sample_config

STORY: list[Row] = [
    event(40, value=1000, channel="web", item_id="tea"),
    event(10, value=3000, channel="shop", item_id="tea", discount=500),
    event(5, value=1000, channel="web", item_id="cup"),
]


@pytest.mark.parametrize(
    ("take", "of", "where", "window", "expected"),
    [
        ("count", "orders", {}, 28, 2),
        ("count", "lines", {"channel": "web"}, None, 2),
        ("sum", "value", {"channel": "web"}, 90, 2000),  # minor units: a build divides them
        ("mean", "value", {}, 28, 2000),
        ("mean", "discount", {"channel": "shop"}, 28, 500),
        ("share", "value", {"channel": "web"}, 28, 0.25),
        ("trend", "value", {"channel": "web"}, 28, 1.0),
        ("trend", "value", {"channel": "shop"}, 28, math.nan),
        ("distinct", "item_id", {}, 28, 2),
        ("distinct", "item_id", {"channel": "web"}, 7, 1),
        ("distinct", "day", {}, None, 3),
        ("days_since", "lines", {"channel": "shop"}, None, 10),
    ],
)
def test_an_aggregate_by_hand(take: Take, of: str, where: dict[str, str], window: int | None, expected: float) -> None:
    features = declare("x", take=take, kind="order", of=of, where=where, windows=(window,))
    (value,) = profile_of(STORY, features=FeatureSet(features, fitted_at=0)).values()
    assert value == pytest.approx(expected, nan_ok=True)


def test_what_is_unknown_is_told_the_nearest() -> None:
    with pytest.raises(StamkundError, match="did you mean 'value'"):
        declare("x", take="sum", kind="order", of="values")
    with pytest.raises(StamkundError, match="did you mean 'channel'"):
        declare("x", take="count", kind="order", where={"chanel": "web"})


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
