"""Whom we know, who allows what, and what those bring: the value exchange; and what referred customers bring."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.config.settings import Settings
from features.lake import Lake
from features.moments import micros
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

JUNE = micros(date(2024, 6, 1))


def cells(found: Settings, question: Question) -> list[dict[str, Any]]:
    return told(Tables(found.insights), question).cells


def visit(device: str, when: str, kind: str = "visit", **columns: object) -> dict[str, object]:
    row = event(f"anonymous_id:{device}", when, kind, **columns)
    return row | {"id_type": "anonymous_id", "id": device}


# In January six customers visit, and each of them buys for 30; twelve visitors come whom nobody knows, and six of them
# buy for 10 as guests. The visitor v0 logs in as a in February: then, and not before, v0 is a.
THERE = [
    *(event(who, "2024-01-05", "visit") for who in "abcdef"),
    *(event(who, "2024-01-06", value=3000) for who in "abcdef"),
    *(visit(f"v{n}", "2024-01-07") for n in range(12)),
    *(visit(f"v{n}", "2024-01-08", "order", value=1000) for n in range(6)),
    *(event(who, "2024-02-05", "visit") for who in "abcde"), visit("v0", "2024-02-05"),
    event("b", "2024-01-09", "contact"), event("z", "2024-01-09", "contact"),  # who was written to, and was not there
]  # fmt: skip


def test_identified_are_those_known_by_the_end_of_the_period_of_all_who_were_there(tmp_path: Path) -> None:
    found = shop(tmp_path, THERE)
    Lake(found.lake).write_people({"persons": pl.DataFrame([{
        "fragment": "anonymous_id:v0", "customer_id": "a", "from": micros(date(2024, 2, 5)), "to": 2**62,
        "nobody_from": None,
    }], schema_overrides={"nobody_from": pl.Int64})})  # fmt: skip
    refresh(found, as_of=JUNE)
    january, february, *_ = cells(found, Question(("identified",)))
    assert (january["value"], january["customers"]) == (pytest.approx(6 / 18), 18)
    assert (february["value"], february["customers"]) == (1, 5)  # v0 is no visitor beside a
    assert people_behind(Tables(found.insights), Figure("identified", "2024-01")) == list("abcdef")


def test_what_those_bring_whom_we_know_is_told_beside_what_others_bring(tmp_path: Path) -> None:
    found = shop(tmp_path, THERE)
    refresh(found, as_of=JUNE)
    answer = told(Tables(found.insights), Question(("value_per_person",), by="identified", compare=("yes", "no")))
    january = {cell["group"]: cell["value"] for cell in answer.cells if cell["period"] == "2024-01"}
    assert january == {"yes": pytest.approx(30), "no": pytest.approx(5)}
    (difference, *_) = answer.differences
    assert difference["difference"] == pytest.approx(25)
    assert difference["low"] < 25 < difference["high"]
    tables = Tables(found.insights)
    assert people_behind(tables, Figure("value_per_person", "2024-01", "identified", "yes")) == list("abcdef")
    assert people_behind(tables, Figure("value_per_person", "2024-01", "identified", "no")) == []


def test_whoever_must_say_yes_to_be_counted_is_not_told_of_as_a_visitor(tmp_path: Path) -> None:
    consent = {"purposes": {"analytics": {"gates": ["insights"]}}, "default": "denied"}
    said = [event(who, "2024-01-01", "consent", purpose="analytics", status="granted") for who in "abcdef"]
    found = shop(tmp_path, [*THERE, *said], consent=consent)
    refresh(found, as_of=JUNE)
    assert {cell["value"] for cell in cells(found, Question(("identified",)))} == {None}


def test_consent_is_told_as_it_was_and_a_later_no_changes_no_earlier_month(tmp_path: Path) -> None:
    purposes = {"news": {"channel": "email"}}
    said = [event(who, "2024-01-02", "consent", purpose="news", status="granted") for who in "abc"]
    withdrawn = event("a", "2024-02-02", "consent", purpose="news", status="withdrawn")
    visits = [event(who, f"2024-0{month}-05", "visit") for month in (1, 2) for who in "abcdef"]
    consent = {"purposes": purposes, "default": "denied"}
    found = shop(tmp_path, [*said, withdrawn, *visits], consent=consent)
    refresh(found, as_of=JUNE)
    shares = {cell["period"]: cell["value"] for cell in cells(found, Question(("consent_news",)))}
    assert shares["2024-01"] == pytest.approx(3 / 6)
    assert shares["2024-02"] == pytest.approx(2 / 6)


def test_referred_customers_are_compared_with_others_of_the_same_age(tmp_path: Path) -> None:
    # Twelve come in January and twelve in February, half of each referred: these buy for 20 at first and again for 10
    # within 30 days, the others for 10 at first; what a referred one buys after 40 days counts for nobody.
    rows = []
    for month in (1, 2):
        for n in range(12):
            who, is_referred = f"{month}-{n}", n % 2 == 0
            rows.append(event(who, f"2024-0{month}-10", value=2000 if is_referred else 1000 + n))
            if is_referred:
                rows.append(event(who, f"2024-0{month}-01", "referred"))
                rows.append(event(who, f"2024-0{month}-20", value=1000))
                rows.append(event(who, "2024-05-01", value=99_999))
    metrics = {"early": {"lifetime": "net_value", "within": "30d"}}
    found = shop(tmp_path, rows, metrics=metrics)
    refresh(found, as_of=JUNE)
    answer = told(Tables(found.insights), Question(("early",), by="referred", compare=("yes", "no")))
    values = {(cell["period"], cell["group"]): cell["value"] for cell in answer.cells}
    assert values["2024-01", "yes"] == pytest.approx(30)
    assert values["2024-02", "no"] == pytest.approx(10.06)
    *_, pooled = answer.differences
    assert (pooled["period"], pooled["difference"]) == ("all", pytest.approx(19.94))
    assert pooled["stands"]
    (january, *_, may) = cells(found, Question(("early",)))
    assert (january["open"], january["customers"], may["open"]) == (False, 12, True)
    assert people_behind(Tables(found.insights), Figure("early", "2024-01", "referred", "yes")) == [
        f"1-{n}" for n in (0, 10, 2, 4, 6, 8)
    ]


def test_a_purpose_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown purpose of consent 'news'"):
        Settings.model_validate({"name": "S", "home": "/x", "sources": {}, "metrics": {"x": {"allow": "news"}}})
