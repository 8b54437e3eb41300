from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.lake import Lake
from features.language.defaults.stages import stage_feature
from features.language.stage_settings import StageSettings
from features.moments import micros
from features.profiles.fitted.feature_set import FeatureSet
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

MAY = micros(date(2024, 5, 1))
# All bought first in January. Within 90 days a and b bought again, after 10 and 30 days; c did in April, after 100;
# d, e and f never did.
ORDERS = [
    *(event(each, "2024-01-01", value=1000) for each in "abcdef"),
    event("a", "2024-01-11", value=1000), event("b", "2024-01-31", value=1000), event("c", "2024-04-10", value=1000),
]  # fmt: skip


def cells(home: Path, events: list[dict[str, object]], metric: str, **settings: Any) -> list[dict[str, Any]]:
    found = shop(home, events, **settings)
    refresh(found, as_of=MAY)
    told_ = told(Tables(found.insights), Question((metric,))).cells
    for cell in told_:
        people = people_behind(Tables(found.insights), Figure(metric, cell["period"]))
        assert len(people) == (0 if cell["suppressed"] else cell["customers"])
    return told_


def test_the_share_that_bought_again_within_a_time_counts_nobody_who_came_later(tmp_path: Path) -> None:
    january = cells(tmp_path, ORDERS, "bought_again")[0]
    assert (january["value"], january["customers"], january["open"]) == (pytest.approx(2 / 6), 6, False)
    longer = {"bought_again": {"after": "first order", "then": "order", "within": "91d"}}  # January ends 90 days ago
    assert cells(tmp_path, ORDERS, "bought_again", metrics=longer)[0]["open"] is True


def test_the_time_until_half_have_bought_again_waits_for_those_who_have_not(tmp_path: Path) -> None:
    (january, *_) = cells(tmp_path, ORDERS, "days_to_next_order")
    assert january["value"] == pytest.approx(100)  # the third of six; a median of those who did is 30
    assert january["open"] is True  # some of the others may yet move its interval


def test_retention_counts_who_came_in_each_interval_and_tells_no_interval_that_is_not_over_for_all(
    tmp_path: Path,
) -> None:
    # Intervals of 40 days: a came on days 10 and 85 and b on day 30, so in the first; c on day 80, the last of the
    # second; a again in the third, which ends 120 days after 31 January, in late May: not told on 1 May.
    orders = [*ORDERS[:8], event("c", "2024-03-21", value=1000), event("a", "2024-03-26", value=1000)]
    orders += [event(each, "2024-02-10", value=1000) for each in "ghijk"]  # who have one interval behind them
    kept = {"kept": {"after": "first order", "then": "order", "each": "40d"}}
    first = cells(tmp_path, orders, "kept", metrics=kept)[0]
    assert (first["value"], first["customers"], first["open"]) == (pytest.approx(2 / 6), 6, False)
    tables = Tables(tmp_path / "insights")
    of_each = [cell for cell in told(tables, Question(("kept",), by="interval")).cells if cell["period"] == "2024-01"]
    assert [(cell["group"], cell["value"]) for cell in of_each] == [
        ("01", pytest.approx(2 / 6)), ("02", pytest.approx(1 / 6))
    ]  # fmt: skip
    february = [cell for cell in told(tables, Question(("kept",), by="interval")).cells if cell["period"] == "2024-02"]
    assert [cell["group"] for cell in february] == ["01"]
    assert of_each[1]["low"] == pytest.approx(0.03005, abs=1e-4)  # Wilson's of one in six
    assert people_behind(tables, Figure("kept", "2024-01", "interval", "02")) == list("abcdef")


def test_a_subscriber_has_left_who_ended_or_did_not_renew_in_time(tmp_path: Path) -> None:
    begun = [
        event(each, "2024-01-05", "subscription_start", subscription_id=each, renews_at=micros(date(2024, 3, 5)))
        for each in "abcdef"
    ]
    ended = event("a", "2024-02-10", "subscription_end", subscription_id="a")
    renewed = [
        event(each, "2024-03-05", "subscription_renewal", subscription_id=each, renews_at=micros(date(2025, 3, 5)))
        for each in "bcde"
    ]
    events = [*begun, ended, *renewed]
    february, march, april = (c for c in cells(tmp_path, events, "churn") if not c["open"])
    assert [(c["period"], c["customers"]) for c in (february, march)] == [("2024-02", 6), ("2024-03", 5)]
    assert [c["value"] for c in (february, march)] == [pytest.approx(1 / 6), pytest.approx(1 / 5)]  # a; f did not renew
    assert april["suppressed"]
    patient = {"churn": {"leave": "subscription", "grace": "60d"}}
    assert [c["value"] for c in cells(tmp_path, events, "churn", metrics=patient)][1] == 0


def test_who_has_lapsed_is_told_by_their_own_rhythm(tmp_path: Path) -> None:
    # All buy each week; e stops after 29 January, which is more than four gaps of a week before the end of February.
    weeks = [date(2024, 1, 1) + timedelta(days=7 * week) for week in range(17)]
    orders = [
        event(each, week.isoformat(), value=1000) for each in "abcde" for week in (weeks if each != "e" else weeks[:5])
    ]
    features = (stage_feature(StageSettings(), usual_gap=7 * 24 * 60.0, loyal=99),)
    FeatureSet(features, fitted_at=0).save(shop(tmp_path, orders).feature_set)
    january, february, march, april = [cell for cell in cells(tmp_path, orders, "lapse") if cell["customers"] or True]
    assert (january["period"], january["value"], january["customers"]) == ("2024-02", pytest.approx(1 / 5), 5)
    assert february["suppressed"], (march, april)  # four are left


def linked(home: Path, events: list[dict[str, object]], since: str | None, **settings: Any) -> Tables:
    """The insights of a shop, and since when b is known to be a, if ever."""
    found = shop(home, events, **settings)
    if since is not None:
        row = {"fragment": "b", "customer_id": "a", "from": micros(date.fromisoformat(since)), "to": 2**62}
        Lake(found.lake).write_people(
            {"persons": pl.DataFrame([{**row, "nobody_from": None}], schema_overrides={"nobody_from": pl.Int64})}
        )
    refresh(found, as_of=MAY)
    return Tables(found.insights)


def figures(tables: Tables, metric: str) -> list[tuple[object, ...]]:
    return [(cell["period"], cell["value"], cell["customers"]) for cell in told(tables, Question((metric,))).cells]


def test_links_that_come_when_a_figure_is_closed_do_not_move_it(tmp_path: Path) -> None:
    orders = [*ORDERS, *(event(each, "2024-02-10", value=1000) for each in "ghijk")]
    metrics = {
        "again": {"after": "first order", "then": "order", "within": "30d"},
        "kept": {"after": "first order", "then": "order", "each": "30d"},
        "days": {"after": "order", "then": "order"},
        "worth": {"lifetime": "net_value", "within": "30d"},
    }
    apart = linked(tmp_path / "apart", orders, None, metrics=metrics)
    late = linked(tmp_path / "late", orders, "2024-03-20", metrics=metrics)
    early = linked(tmp_path / "early", orders, "2024-03-01", metrics=metrics)
    for metric in ("again", "kept"):  # January is closed on 1 March, the end of the month and 30 days
        assert figures(late, metric)[0] == figures(apart, metric)[0] == ("2024-01", pytest.approx(2 / 6), 6)
        assert figures(early, metric)[0] == ("2024-01", pytest.approx(1 / 5), 5)  # a came on day 10, and is b too
    assert [row[2] for row in figures(late, "days")[:2]] == [6, 5]
    assert figures(late, "worth")[0] == figures(apart, "worth")[0] == ("2024-01", pytest.approx(80 / 6), 6)
    assert figures(early, "worth")[0] == ("2024-01", pytest.approx(80 / 5), 5)
    at_once = linked(tmp_path / "at_once", orders, "2024-01-31", metrics=metrics)
    assert figures(at_once, "days")[0][2] == 5


def test_subscribers_are_those_known_when_the_month_ends(tmp_path: Path) -> None:
    begun = [event(each, "2024-01-05", "subscription_start", subscription_id=each) for each in "abcdefg"]
    ended = event("b", "2024-02-10", "subscription_end", subscription_id="b")
    metrics = {"churn": {"leave": "subscription"}}
    told_ = {
        since: figures(linked(tmp_path / str(since), [*begun, ended], since, metrics=metrics), "churn")
        for since in (None, "2024-03-10", "2024-02-20")
    }
    assert told_[None][0] == ("2024-02", pytest.approx(1 / 7), 7)
    assert told_["2024-03-10"] == [("2024-02", pytest.approx(1 / 7), 7), ("2024-03", 0, 6), *told_["2024-02-20"][2:]]
    assert told_["2024-02-20"][0] == ("2024-02", 0, 6)  # a is b, and has a subscription still
