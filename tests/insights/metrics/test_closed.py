"""A period that is over is told by what was known when it ended: nothing that comes later moves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.lake import Lake
from features.moments import micros
from insights.dimensions import dimension
from insights.metrics.lists import Whose, people_of
from insights.metrics.questions import INTERVAL, Figure, Question, people_behind, told
from insights.metrics.tables import figures
from insights.metrics.tables.metrics import write_metrics
from insights.people import Audience
from insights.tables import Tables
from tests.insights.shop import Event, event, shop

WHO = [*"abcdefghij", "anonymous_id:v", "anonymous_id:w"]
NOW, LATER = date(2024, 4, 2), date(2024, 6, 2)
CONSENT = {"purposes": {"analytics": {"gates": ["insights"]}}, "default": "denied"}
METRICS: dict[str, dict[str, object]] = {
    "nps_of_all": {"score": "nps", "weight": "profile"},
    "year": {"take": "sum", "of": "value", "kind": "order", "since": "year"},
    "month_to_date": {"take": "distinct", "of": "customer", "kind": "order", "window": "28d"},
    "kept": {"after": "first order", "then": "order", "each": "14d"},
    "early": {"lifetime": "net_value", "within": "14d"},
    "answered": {"after": "support", "then": "support_answered", "per": "ticket"},
}
MOVED_BY_LATER_PERIODS = {"change_stands", "compared"}  # marks stand after as many comparisons as were made
Link = tuple[str, str, int]


def cells(home: Path, events: Sequence[Event], links: Sequence[Link], as_of: date, **more: Any) -> Tables:
    found = shop(home, events, metrics=METRICS, **more)
    rows = [{"fragment": one, "customer_id": other, "from": start, "to": 2**62, "nobody_from": None}
            for one, other, start in links]  # fmt: skip
    schema = {
        "fragment": pl.String,
        "customer_id": pl.String,
        "from": pl.Int64,
        "to": pl.Int64,
        "nobody_from": pl.Int64,
    }
    Lake(found.lake).write_people({"persons": pl.DataFrame(rows, schema=schema)} if rows else {})
    tables, audience = Tables(found.insights), Audience.at(found, as_of=micros(as_of))
    with tables.writing(as_of=micros(as_of), build="b") as draft:
        write_metrics(audience, draft)
    return tables


def closed(tables: Tables, like: Tables) -> dict[Any, Any]:
    """What tables say of the cells with anybody behind them that are closed in others."""
    rows = like.read("cells").to_pylist()
    periods = {(row["metric"], row["grain"], row["dimension"], row["start"]) for row in rows if not row["open"]}
    periods -= {(row["metric"], row["grain"], row["dimension"], row["start"]) for row in rows if row["open"]}
    lists = {row["metric"]: row["list"] for row in tables.read("metrics").to_pylist()}
    return {
        (metric, grain, by, start, row["group"]): (
            {name: value for name, value in row.items() if name not in {"as_of", *MOVED_BY_LATER_PERIODS}},
            people_of(tables, Whose(lists[metric], grain, start)) if grain in ("month", "quarter") else [],
        )
        for row in tables.read("cells").to_pylist()
        if row["customers"] and (key := (row["metric"], row["grain"], row["dimension"], row["start"])) in periods
        for metric, grain, by, start in [key]
    }


def happenings(first: int, last: int) -> st.SearchStrategy[list[Event]]:
    kinds = ["order", "order", "refund", "view", "contact", "survey", "support", "support_answered", "referred"]

    def made(who: str, kind: str, day: int, word: int) -> Event:
        when = datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=day, minutes=word)
        return event(
            who, f"{when:%Y-%m-%d %H:%M}", kind, value=100 * word + 100, channel=["web", "shop", "app", None][word % 4],
            campaign_id="spring" if word % 2 else None, rating=float(word % 11) if kind == "survey" else None,
            scale="nps" if kind == "survey" else None, ticket_id="t" if kind.startswith("support") else None,
        )  # fmt: skip

    one = st.builds(made, st.sampled_from(WHO), st.sampled_from(kinds), st.integers(first, last), st.integers(0, 23))
    return st.lists(one, max_size=25, unique_by=lambda each: each["event_id"])


def links(first: int, last: int) -> st.SearchStrategy[list[Link]]:
    moments = st.integers(first, last).map(lambda day: micros(date(2024, 1, 1) + timedelta(days=day)))
    other = st.tuples(st.sampled_from(["b", "anonymous_id:v", "anonymous_id:w"]), st.sampled_from("ac"), moments)
    return st.lists(other, max_size=2, unique_by=lambda link: link[0])


def said(first: int, last: int) -> st.SearchStrategy[list[Event]]:
    day = st.integers(first, last).map(lambda day: date(2024, 1, 1) + timedelta(days=day))
    yes = st.builds(
        lambda who, when: event(who, str(when), "consent", purpose="analytics", status="granted"),
        st.sampled_from("abcdefghij"), day,
    )  # fmt: skip
    return st.lists(yes, max_size=10, unique_by=lambda each: each["event_id"])


class History(NamedTuple):
    """What happened, and who was found to be whom."""

    events: list[Event]
    links: list[Link]


def histories(first: int, last: int) -> st.SearchStrategy[History]:
    """Of the days from the first to the last of the year."""
    events = st.tuples(happenings(first, last), said(first, last)).map(lambda parts: [*parts[0], *parts[1]])
    return st.builds(History, events, links(max(first, 1), last))


# Half of them had said yes before anything happened.
OPENING = [
    *(event(who, "2023-12-31", "consent", purpose="analytics", status="granted") for who in "abcde"),
    event("a", "2024-01-01", value=100, channel="web"),
]


def test_what_everybody_brought_is_told_by_the_people_and_permissions_of_the_time(tmp_path: Path) -> None:
    # In January a to f buy for 10 each, a by the web. In March b turns out to be a, c first shows a channel, and g,
    # who bought for 90 in January, says yes.
    history = [
        *(event(who, "2024-01-01", "consent", purpose="analytics", status="granted") for who in "abcdef"),
        *(event(who, "2024-01-05", value=1000, channel="web" if who == "a" else None) for who in "abcdef"),
        event("g", "2024-01-06", value=9000),
    ]  # fmt: skip
    march = [
        event("c", "2024-03-04", "view", channel="app"),
        event("g", "2024-03-05", "consent", purpose="analytics", status="granted"),
    ]
    tables = cells(tmp_path, [*history, *march], [("b", "a", micros(date(2024, 3, 3)))], NOW, consent=CONSENT)
    values = {cell["period"]: cell["value"] for cell in told(tables, Question(("lifetime_value",))).cells}
    assert (values["2024-01"], values["2024-03"]) == (10, pytest.approx((20 + 4 * 10 + 90) / 6))
    assert people_behind(tables, Figure("lifetime_value", "2024-02")) == [*"abcdef"]
    assert people_behind(tables, Figure("lifetime_value", "2024-03")) == [*"acdefg"]
    came = told(tables, Question(("lifetime_value",), by="acquisition")).cells
    known = {(cell["period"], cell["group"]): cell["suppressed"] for cell in came}
    assert ("2024-01", "app") not in known
    assert ("2024-03", "app") in known
    assert [cell["value"] for cell in told(tables, Question(("revenue",))).cells][:1] == [60]


def test_lists_of_quarters_are_of_who_people_were_when_the_quarter_ended(tmp_path: Path) -> None:
    history = [event(who, f"2024-0{month}-05", value=1000, channel="web") for month in (1, 2) for who in "abcdefg"]
    tables = cells(tmp_path, history, [("b", "a", micros(date(2024, 3, 3)))], NOW)
    assert people_behind(tables, Figure("buyers", "2024-02")) == [*"abcdefg"]
    assert people_behind(tables, Figure("buyers", "2024-Q1", "channel", "web")) == [*"acdefg"]
    assert people_behind(tables, Figure("year", "2024-03")) == [*"acdefg"]
    assert people_behind(tables, Figure("month_to_date", "2024-02")) == [*"abcdefg"]
    assert [cell["value"] for cell in told(tables, Question(("month_to_date",))).cells] == [7, 7, 0, 0]


@pytest.mark.slow
@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories(0, 90), histories(93, 150), st.sampled_from([{}, {"consent": CONSENT}]))
def test_nothing_that_comes_later_moves_a_closed_cell_or_its_list(
    tmp_path_factory: pytest.TempPathFactory, past: History, later: History, more: dict[str, Any]
) -> None:
    joined = {link[0] for link in past.links}
    after = [*past.links, *(link for link in later.links if link[0] not in joined)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dimension, "MOST", 1)  # group of a dimension: the others are one together
        patch.setattr(figures, "LEAST", 1)
        history = [*OPENING, *past.events]
        first = cells(tmp_path_factory.mktemp("first"), history, past.links, NOW, **more)
        second = cells(tmp_path_factory.mktemp("second"), [*history, *later.events], after, LATER, **more)
        before, now = closed(first, first), closed(second, first)
    assert before
    # What is new are intervals that all of a cohort have behind them now.
    assert {key: cell for key, cell in now.items() if key in before or key[2] != INTERVAL} == before
