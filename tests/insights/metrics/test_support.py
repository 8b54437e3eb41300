"""How fast support answers and solves, told by ticket, and of whom it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.lake import Lake
from features.moments import micros
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

MARCH = micros(date(2024, 3, 1))


def step(who: str, ticket: str, when: str, kind: str = "support", reason: str = "late") -> dict[str, object]:
    row = event(who, when, kind, ticket_id=ticket, category=reason)
    return row | {"event_id": f"{ticket}-{kind}-{when}"}


# Six customers ask on 10 January at noon, a of two things at once. Answers come after 1, 2, 3, 4, 5, 6 and, of a's
# second ticket, 12 hours; all but f's are solved, after a day each; a's second one is opened again two days later.
TICKETS = [
    *(step(who, who, "2024-01-10 12:00") for who in "abcdef"),
    step("a", "a2", "2024-01-10 12:00", reason="broken"),
    *(step(who, who, f"2024-01-10 {13 + n}:00", "support_answered") for n, who in enumerate("abcdef")),
    step("a", "a2", "2024-01-11 00:00", "support_answered", "broken"),
    *(step(who, who, "2024-01-11 12:00", "support_resolved") for who in "abcde"),
    step("a", "a2", "2024-01-11 12:00", "support_resolved", "broken"),
    step("a", "a2", "2024-01-13 12:00", "support_reopened", "broken"),
]


def cells(home: Path, events: list[dict[str, object]], question: Question, **settings: Any) -> list[dict[str, Any]]:
    found = shop(home, events, **settings)
    refresh(found, as_of=MARCH)
    return told(Tables(found.insights), question).cells


def test_each_ticket_is_followed_by_itself_and_customers_are_counted_once(tmp_path: Path) -> None:
    january, february, march = cells(tmp_path, TICKETS, Question(("first_response",)))
    assert [february["open"], march["open"]] == [False, True]  # nobody asked in February, which is over
    assert january["value"] == pytest.approx(4 / 24)  # the fourth of seven
    assert (january["n"], january["customers"], january["open"]) == (7, 6, False)
    people = people_behind(Tables(tmp_path / "insights"), Figure("first_response", "2024-01"))
    assert people == list("abcdef")


def test_a_ticket_that_is_open_is_not_taken_for_one_that_is_never_solved_nor_left_out(tmp_path: Path) -> None:
    unsolved = [row for row in TICKETS if row["kind"] != "support_resolved" or row["fragment"] in ("a", "b")]
    (january, *_) = cells(tmp_path, unsolved, Question(("resolution",)))
    # Three of seven are solved: half of them are not, so nobody knows yet when half will be.
    assert (january["value"], january["open"]) == (None, True)


def test_what_is_opened_again_is_counted_of_what_was_solved(tmp_path: Path) -> None:
    (january, *_) = cells(tmp_path, TICKETS, Question(("reopened",)))
    assert january["value"] == pytest.approx(1 / 6)


def test_tickets_are_open_from_when_they_are_opened_again_and_again_until_they_are_solved(tmp_path: Path) -> None:
    """Of seven in January two are open when it ends, and solved in February, in which five come back for good."""
    again = [step(who, who, "2024-02-20", "support_reopened") for who in "abcde"]
    solved = [step("f", "f", "2024-02-01 00:00", "support_resolved"), step("a", "a2", "2024-02-02", "support_resolved")]
    same_day = [step("g", "g", "2024-02-29", kind) for kind in ("support_resolved", "support")]
    unnamed = [event("h", "2024-01-05", "support", category="late")]
    rows = [*TICKETS, *again, *solved, *same_day, *unnamed, step("i", "i", "2024-03-01"), step("i", "i2", "2024-03-01")]
    question = Question(("open_tickets",))
    january, february, march = cells(tmp_path, rows, question)
    assert (january["suppressed"], january["customers"]) == (
        True,
        None,
    )  # f's first and a's second one, of two customers
    assert (february["value"], february["customers"], february["open"]) == (5, 5, False)
    assert (march["value"], march["customers"], march["open"]) == (7, 6, True)  # as of the refresh
    tables = Tables(tmp_path / "insights")
    assert people_behind(tables, Figure("open_tickets", "2024-02", "reason", "late")) == list("abcde")
    by_reason = told(tables, Question(("open_tickets",), by="reason", grain="quarter")).cells
    assert [(cell["group"], cell["value"]) for cell in by_reason] == [("late", 7)]


def test_people_of_a_backlog_are_those_known_when_the_period_ends(tmp_path: Path) -> None:
    waiting = [row for row in TICKETS if row["kind"] == "support"]
    found = shop(
        tmp_path, [*waiting, step("a", "z", "2024-02-27", "support_resolved")], metrics={"left": {"open": "ticket"}}
    )
    link = {"fragment": "b", "customer_id": "a", "from": micros(date(2024, 2, 10)), "to": 2**62, "nobody_from": None}
    schema = {"nobody_from": pl.Int64}
    Lake(found.lake).write_people({"persons": pl.DataFrame([link], schema_overrides=schema)})
    refresh(found, as_of=MARCH)
    january, february, _ = told(Tables(found.insights), Question(("left",))).cells
    assert [(cell["value"], cell["customers"]) for cell in (january, february)] == [(7, 6), (7, 5)]  # b is a since


def test_contact_reasons_are_those_of_tickets_not_of_what_is_bought(tmp_path: Path) -> None:
    bought = [event(who, "2024-01-05", value=100, category=f"shelf {n}") for n, who in enumerate("abcdef")]
    by = Question(("support_cases", "first_response", "revenue"), by="reason")
    found = cells(tmp_path, [*TICKETS, *bought], by)
    january = {(cell["metric"], cell["group"]): cell for cell in found if cell["period"] == "2024-01"}
    assert {metric for metric, _ in january} == {"support_cases", "first_response"}  # nothing that has no reason
    assert january["support_cases", "late"]["value"] == 6
    assert january["first_response", "late"]["value"] == pytest.approx(3 / 24)
    assert january["first_response", "broken"]["suppressed"]  # of one customer
    tables = Tables(tmp_path / "insights")
    assert people_behind(tables, Figure("first_response", "2024-01", "reason", "late")) == list("abcdef")


def test_days_without_hours_are_answered_the_same_day(tmp_path: Path) -> None:
    end = "2024-01-10 23:59:59.999999"
    rows = [step(who, who, end, kind) for who in "abcdef" for kind in ("support", "support_answered")]
    (january, *_) = cells(tmp_path, rows, Question(("first_response",)))
    assert january["value"] == 0


def test_orders_are_followed_by_their_own_refunds(tmp_path: Path) -> None:
    orders = [event(who, "2024-01-01", value=100, order_id=f"{who}1") for who in "abcdef"]
    again = [event("a", "2024-01-02", value=100, order_id="a2"), event("a", "2024-01-05", "refund", order_id="a1")]
    metrics = {"back": {"after": "order", "then": "refund", "within": "30d", "per": "order"}}
    rows = [*orders, again[0], {**again[1], "value": 100}]
    (january, *_) = cells(tmp_path, rows, Question(("back",)), metrics=metrics)
    assert january["value"] == pytest.approx(1 / 7)  # a1, not a2
