"""Bands: RFM scores and percentiles say where a customer stands among those who had ordered when they were fitted."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from features.lake import Lake
from features.profiles import fit
from features.profiles.fit import fit_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from features.units import DAY
from tests.features.one_customer import NOW, Row, event, frame

BANDS = ("rfm_recency", "rfm_frequency", "rfm_monetary", "spend_90d_percentile", "orders_90d_percentile")


def orders(customer: str, first: int, step: int, count: int, value: int) -> list[Row]:
    """So many orders of a customer, one every so many days, back from the first."""
    return [event(first + n * step, customer=customer, id=f"{customer}{first}{n}", value=value) for n in range(count)]


# Five buyers, each in another place by each measure, and in yet another by what comes near it:
#
#             last    orders        spend           orders    spend
#            order    in 365 d      in 365 d        in 90 d   in 90 d    more than a year ago
#   ann       30      6 (3rd)        55 (2nd)       1 (1st)   50 (5th)   -
#   bob       20      4 (1st)       130 (5th)       3 (3rd)   30 (3rd)   10 orders of 1
#   cyd       10      7 (4th)       110 (4th)       2 (2nd)   10 (1st)   -
#   dan        5      5 (2nd)        40 (1st)       5 (5th)   40 (4th)   1 order of 1000
#   eve       40      8 (5th)        60 (3rd)       4 (4th)   20 (2nd)   -
BUYERS: list[Row] = [
    event(30, customer="ann", order_id="big", value=5000), *orders("ann", 100, 10, 5, 100),
    *orders("bob", 20, 5, 3, 1000), *orders("bob", 100, 10, 1, 10000), *orders("bob", 400, 1, 10, 100),
    *orders("cyd", 10, 5, 2, 500), *orders("cyd", 100, 10, 5, 2000),
    *orders("dan", 5, 5, 5, 800), *orders("dan", 400, 1, 1, 100_000),
    *orders("eve", 40, 5, 4, 500), *orders("eve", 100, 10, 4, 1000),
]  # fmt: skip
# Most of ann's lines cost nothing, and forty people only look.
LINES = [event(30, customer="ann", id=f"line{n}", order_id="big", value=0) for n in range(9)]
LOOKERS = [event(n, "visit", customer=f"looks{n}") for n in range(40)]
# Afterwards everybody changes places, and those who had only looked order too.
LATER = [*orders("cyd", -5, -1, 20, 90_000), *(event(-n, customer=f"looks{n}", value=700) for n in range(1, 40))]
FIFTHS = {
    "ann": (2, 3, 2, 100, 1),
    "bob": (3, 1, 5, 51, 51),
    "cyd": (4, 4, 4, 1, 26),
    "dan": (5, 2, 1, 76, 100),
    "eve": (1, 5, 3, 26, 76),
}


def lake_of(folder: Path, events: list[Row]) -> Lake:
    lake = Lake(folder)
    lake.write({"events": frame(events).collect()})
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return lake_of(tmp_path_factory.mktemp("now"), [*BUYERS, *LINES, *LOOKERS])


@pytest.fixture(scope="module")
def fitted(lake: Lake) -> FeatureSet:
    return fit_features(lake, as_of=NOW)


def told(lake: Lake, fitted: FeatureSet, *, as_of: int = NOW) -> dict[str, tuple[float, ...]]:
    rows = profiles_at(lake, fitted, as_of=as_of).select("customer_id", *BANDS).rows()
    return {customer: tuple(bands) for customer, *bands in rows}


def test_of_five_buyers_each_stands_in_a_fifth_of_their_own(lake: Lake, fitted: FeatureSet) -> None:
    found = told(lake, fitted)
    assert {customer: found[customer] for customer in FIFTHS} == FIFTHS


def test_who_never_ordered_stands_below_all_buyers(lake: Lake, fitted: FeatureSet) -> None:
    recency, *others = told(lake, fitted)["looks3"]
    assert math.isnan(recency)
    assert others == [1, 1, 1, 1]


def test_cuts_lie_between_the_buyers_alone(fitted: FeatureSet) -> None:
    # A fifth of the way through 40, 55, 60, 110 and 130 lies at 0.8 of the first step, two fifths at 1.6, and so on.
    assert fitted.feature("rfm_monetary").cuts == pytest.approx((52, 58, 80, 114))
    assert fitted.feature("rfm_recency").cuts == pytest.approx((-32, -24, -16, -9))  # 40, 30, 20, 10, 5 days
    # A hundredth of the way through 10, 20, 30, 40 and 50 lies at 0.04 of the first step.
    assert fitted.feature("spend_90d_percentile").cuts == pytest.approx([10 + 0.4 * n for n in range(1, 100)])
    assert fitted.feature("orders_90d_percentile").cuts == pytest.approx([1 + 0.04 * n for n in range(1, 100)])


@pytest.mark.parametrize("peers", [200_000, 3])
def test_what_comes_later_moves_no_cut(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peers: int) -> None:
    monkeypatch.setattr(fit, "MOST_PEERS", peers)
    later, fitted = lake_of(tmp_path, [*BUYERS, *LINES, *LOOKERS, *LATER]), fit_features(lake, as_of=NOW)
    assert fit_features(later, as_of=NOW).hash == fitted.hash
    moved = fit_features(later, as_of=NOW + 40 * DAY)
    assert all(moved.feature(name).cuts != fitted.feature(name).cuts for name in BANDS)


def test_who_moves_later_is_told_by_the_cuts_that_were_fitted(fitted: FeatureSet, tmp_path: Path) -> None:
    later = lake_of(tmp_path, [*BUYERS, *LINES, *LOOKERS, *LATER])
    found = told(later, fitted, as_of=NOW + 24 * DAY)
    # cyd ordered on the day, 20 times more for 18,000.00; bob last 44 days ago, and nothing lies in ann's 90 days but
    # her order of 50.00, 54 days ago; a looker ordered once for 7.00, 21 days ago.
    assert found["cyd"] == (5, 5, 5, 100, 100)
    assert found["bob"][0] == 1
    assert found["ann"][3:] == (100, 1)
    assert found["looks3"] == (3, 1, 1, 1, 1)


@pytest.mark.parametrize("name", BANDS)
def test_where_all_buyers_are_alike_no_band_tells_them_apart(name: str, tmp_path: Path) -> None:
    rows = [row for n in range(5) for row in orders(f"c{n}", 3, 7, 10, 500)]
    alike = lake_of(tmp_path, rows)
    fitted = fit_features(alike, as_of=NOW)
    assert len(fitted.feature(name).cuts) == 1
    assert profiles_at(alike, fitted, as_of=NOW)[name].to_list() == [2] * 5


def test_the_usual_gap_is_the_middle_one_of_the_buyers(fitted: FeatureSet) -> None:
    # From the first order to the last over all gaps: 110 / 5, 389 / 13, 130 / 6, 395 / 5 and 90 / 7 days.
    assert fitted.feature("stage").parameters[0] == 22 * 24 * 60


def test_who_ordered_long_ago_is_a_buyer_too(tmp_path: Path) -> None:
    recent = [row for n in range(5) for row in orders(f"c{n}", 3, 7, 10, 500)]
    fitted = fit_features(lake_of(tmp_path, [*recent, *(event(200, customer=f"old{n}") for n in range(5))]), as_of=NOW)
    assert fitted.feature("orders_90d_percentile").cuts[0] == 0
    assert fitted.feature("rfm_recency").cuts[0] == -200
