"""Answers weighted so that they stand for all who were asked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.moments import micros
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import Event, event, shop

METRICS = {"all_asked": {"score": "nps", "weight": "profile"}}


def cells(home: Path, events: list[Event], question: Question | None = None) -> list[dict[str, Any]]:
    settings = shop(home, events, metrics=METRICS)
    refresh(settings, as_of=micros(date(2024, 2, 1)))
    return told(Tables(settings.insights), question or Question(("all_asked",))).cells


def answer(who: str, rating: float, **columns: object) -> Event:
    return event(who, "2024-01-20", "survey", rating=rating, scale="nps", **columns)


# By channel × value (web, store; nothing, 9), who was there, and what those answered that did:
#   w0: 40, of whom 4 answer 10    w1: 20, 8 answer 10
#   s0: 20, of whom 4 answer 0     s1: 20, 8 answer 0
ASKED = {"w0": (40, 4, 10.0), "w1": (20, 8, 10.0), "s0": (20, 4, 0.0), "s1": (20, 8, 0.0)}


def crowd(*, kind: str = "visit", **columns: object) -> list[Event]:
    channels = {"w": "web", "s": "store"}
    found: list[Event] = []
    for cell, (asked, answered, rating) in ASKED.items():
        for n in range(asked):
            who = f"{cell}-{n}"
            found.append(event(who, "2024-01-10", kind, channel=channels[cell[0]], **columns))
            if cell[1] == "1":
                found.append(event(who, "2024-01-05", value=900, channel="till"))
            if n < answered:
                found.append(answer(who, rating, channel="mail", **columns))
    return found


def test_answers_stand_for_all_who_were_there_over_channel_and_value(tmp_path: Path) -> None:
    """Raking by hand: of the 100, 60 are of the web and 60 bought nothing; 24 answer, 12 of either channel.

    Weights are row × column factors: w0 u·a, w1 u·b, s0 v·a, s1 v·b. Of 24 answers 14.4 are to be of the web,
    4ua + 8ub, 9.6 of the store, 4va + 8vb, and 14.4 of who bought nothing, 4ua + 4va, 9.6 of who did, 8ub + 8vb. As
    4 and 8 answered in both channels, u = 1.2, v = 0.8, a = 1.8, b = 0.6. NPS = 100 · (14.4 − 9.6) / 24 = 20.
    """
    first, second = cells(tmp_path, crowd())
    weights = np.repeat([1.2 * 1.8, 1.2 * 0.6, 0.8 * 1.8, 0.8 * 0.6], [4, 8, 4, 8])
    effective = weights.sum() ** 2 / (weights @ weights)
    assert (first["value"], first["unweighted"], first["refusal"]) == (pytest.approx(20), pytest.approx(0), None)
    assert (first["n"], first["effective"], first["unheard"]) == (24, pytest.approx(effective), 0)
    assert first["high"] - first["low"] > 80  # as wide as 17 answers make it, not 24
    assert (second["open"], second["unweighted"]) == (True, None)
    tables = Tables(tmp_path / "insights")
    assert len(people_behind(tables, Figure("all_asked", "2024-01"))) == 24
    assert told(tables, Question(("all_asked",), grain="day")).cells == []
    assert told(tables, Question(("nps",))).cells[0]["unweighted"] is None


def test_where_contacts_say_who_was_asked_nobody_else_counts(tmp_path: Path) -> None:
    asked = crowd(kind="contact", campaign_id="january")
    others = [event(f"o{n}", "2024-01-10", "visit", channel="web") for n in range(300)]
    newsletter = [event(f"o{n}", "2024-01-11", "contact", channel="web", campaign_id="news") for n in range(300)]
    assert cells(tmp_path, [*asked, *others, *newsletter])[0]["value"] == pytest.approx(20)


def test_the_channel_is_that_of_the_contact_before_the_answer_also_of_the_month_before(tmp_path: Path) -> None:
    """Of 60 asked on the web 12 answer 10, of 40 in the store 12 answer 0, and 8 asked in December, 10."""
    asked = [event(f"w{n}", "2024-01-10", "contact", channel="web", campaign_id="nps") for n in range(60)]
    asked += [event(f"s{n}", "2024-01-10", "contact", channel="store", campaign_id="nps") for n in range(40)]
    asked += [event(f"d{n}", "2023-12-30", "contact", channel="store", campaign_id="nps") for n in range(8)]
    answers = [answer(f"{who}{n}", 0.0 if who == "s" else 10.0, campaign_id="nps") for who in "ws" for n in range(12)]
    answers += [answer(f"d{n}", 10.0, campaign_id="nps") for n in range(8)]
    january = cells(tmp_path, [*asked, *answers])[0]
    assert january["n"] == 32
    assert january["value"] == pytest.approx(100 * (60 + 48 * (8 - 12) / 20) / 108)  # the store is 48 of 108, by 20


def test_few_who_would_speak_for_all_are_refused_and_the_plain_figure_told(tmp_path: Path) -> None:
    web = [event(f"w{n}", "2024-01-10", "visit", channel="web") for n in range(990)]
    store = [event(f"s{n}", "2024-01-10", "visit", channel="store") for n in range(10)]
    answers = [answer("w0", 10.0), *(answer(f"s{n}", 0.0) for n in range(10))]
    cell = cells(tmp_path, [*web, *store, *answers])[0]
    assert (cell["value"], cell["low"], cell["refusal"]) == (None, None, "weights_too_uneven")
    assert (cell["unweighted"], cell["n"], cell["effective"]) == (pytest.approx(-900 / 11), 11, None)


def test_a_group_in_which_few_would_speak_for_all_is_refused_by_itself(tmp_path: Path) -> None:
    """Of the web 50 of 1,000 answer, of the store all 50, so that one of the web counts as twenty of the store.

    Together they are worth (50 · 20 + 50)² / (50 · 400 + 50) = 55 of 100; at home, 20 of the store and one of the web,
    (20 + 20)² / (400 + 20) = 3.8 of 21.
    """
    there = [event(f"w{n}", "2024-01-10", "visit", channel="web") for n in range(1000)]
    there += [event(f"s{n}", "2024-01-10", "visit", channel="store") for n in range(50)]
    answers = [answer(f"s{n}", 10.0, category="home" if n < 20 else "desk") for n in range(50)]
    answers += [answer(f"w{n}", 0.0, category="home" if n < 1 else "desk") for n in range(50)]
    by = Question(("all_asked",), "touchpoint")
    found = {cell["group"]: cell for cell in cells(tmp_path, [*there, *answers], by)}
    assert (found["home"]["value"], found["home"]["refusal"]) == (None, "weights_too_uneven")
    assert found["home"]["effective"] == pytest.approx(1600 / 420)
    assert found["desk"]["value"] == pytest.approx(100 * (30 - 49 * 20) / (30 + 49 * 20))


def test_weights_mend_what_silence_of_the_unhappy_poor_hides(tmp_path: Path) -> None:
    """Who buys more is happier and answers more often: the plain score is too good, the weighted one is true."""
    rng = np.random.default_rng(3)
    worth = rng.integers(0, 4, 4000)
    happy = rng.random(4000) < 0.2 + 0.2 * worth
    answers = rng.random(4000) < np.array([0.05, 0.1, 0.2, 0.4])[worth]
    events: list[Event] = [event(f"c{n}", "2024-01-03", value=int(1000 * 10**v)) for n, v in enumerate(worth)]
    events += [answer(f"c{n}", 10.0 if happy[n] else 0.0) for n in np.flatnonzero(answers)]
    cell = cells(tmp_path, events)[0]
    truth = 100 * (2 * happy.mean() - 1)
    assert cell["low"] < truth < cell["high"]
    assert cell["unweighted"] > cell["high"]


def test_the_share_of_those_asked_for_whom_nobody_answers_is_told(tmp_path: Path) -> None:
    # Beside the hundred, 25 are of a channel on which nobody answered: a fifth of all who were there.
    silent = [event(f"phone-{n}", "2024-01-10", "visit", channel="phone") for n in range(25)]
    first = cells(tmp_path, [*crowd(), *silent])[0]
    assert (first["unheard"], first["value"]) == (pytest.approx(0.2), pytest.approx(20))
    by_channel = told(Tables(tmp_path / "insights"), Question(("all_asked",), by="channel")).cells
    assert {cell["unheard"] for cell in by_channel} == {None}
