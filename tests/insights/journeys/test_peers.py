"""What users of other tools found wrong in their funnels, as cases: each names the thread it is from."""

from __future__ import annotations

from datetime import datetime

import pytest

from features.moments import micros
from insights.journeys.questions import Answer, told
from insights.journeys.tables.journeys import write_journeys
from insights.loss.tables import write_losses
from insights.people import Audience
from insights.tables import Tables
from tests.insights.shop import event, shop

QUIZ = {
    "landing": "13:23:49",
    "quiz_start": "13:23:54",
    "lead_view": "13:25:15",
    "lead": "13:25:44",
    "results": "13:25:46",
}
JOURNEYS = {
    "leave": {"steps": ["signup", "leave"], "within": "1m"},
    "trial": {"steps": ["trial", "paid"], "within": "31d"},
    "quiz": {"steps": [*QUIZ], "within": "1h"},
    "twice": {"steps": ["ping", {"kind": "ping", "name": "again"}], "within": "1d"},
    "both": {"steps": ["a", "b"], "within": "1d"},
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    events = []
    for n in range(10):
        events += [
            event(f"s{n}", "2024-06-01 10:00", "signup"),
            event(f"s{n}", f"2024-06-01 10:{n * 6:02}:30", "leave"),
        ]
        events += [event(f"t{n}", "2024-06-20", "trial"), event(f"o{n}", "2024-05-20", "trial")]
        events += [event(f"o{n}", "2024-06-18", "paid")] if n < 4 else []
        events += [event(f"q{n}", f"2024-06-03 {time}", kind) for kind, time in QUIZ.items()]
        events += [event(f"p{n}", "2024-06-03", "ping")] + ([event(f"p{n}", "2024-06-03 01:00", "ping")] if n else [])
        events += [
            event(f"b{n}", "2024-06-03", "b"),
            event(f"b{n}", "2024-06-03 00:00:00" if n < 5 else "2024-06-03 00:01", "a"),
        ]
    as_of = micros(datetime.fromisoformat("2024-07-01"))
    settings = shop(tmp_path_factory.mktemp("shop"), events, journeys=JOURNEYS)
    audience, found = Audience.at(settings, as_of=as_of), Tables(settings.insights)
    with found.writing(as_of=as_of, build="b") as draft:
        write_journeys(audience, draft)
        write_losses(audience, draft)
    return found


def answer(tables: Tables, journey: str, last: int = 0) -> Answer:
    return told(tables, journey, None, minor_units=2, last=last)


def test_nobody_takes_longer_than_the_window(tables: Tables) -> None:
    """PostHog/posthog#5677: a window of a minute, and 38 minutes to convert."""
    found = answer(tables, "leave")
    assert (found.steps[1]["reached"], found.steps[1]["dropped"], found.steps[0]["dropped"]) == (1, 0, 9)
    assert max(row["hours"] for row in found.times) == 1 / 60


def test_a_trial_that_is_not_over_is_not_dropped_and_belongs_to_the_month_it_began_in(tables: Tables) -> None:
    """PostHog/posthog#33605 and #44204: trials counted as dropped before their 31 days were over."""
    entered, subscribed = answer(tables, "trial").steps
    assert (entered["open"], entered["dropped"], subscribed["share"]) == (10, 6, 0.4)
    months = {row["period"]: row["share"] for row in answer(tables, "trial", last=9).months if row["place"] == 1}
    assert months == {"2024-05": 0.4, "2024-06": None}  # who came in June came of those who began in May


def test_who_took_all_steps_in_time_dropped_at_none(tables: Tables) -> None:
    """PostHog/posthog#39127: with these very times a user was shown as dropped at the third step."""
    steps = answer(tables, "quiz").steps
    assert [row["reached"] for row in steps] == [10] * 5
    assert steps[-1]["hours"] * 3600 == pytest.approx(117)  # from the entry, not from the step before (#7267)


def test_the_same_step_twice_takes_two_events(tables: Tables) -> None:
    """TelemetryDeck/Issues#420: of two steps of one kind the second showed nobody, or everybody."""
    assert [row["reached"] for row in answer(tables, "twice").steps] == [10, 9]


def test_what_is_of_one_moment_is_in_the_order_of_the_steps_and_told_as_tied(tables: Tables) -> None:
    """Amplitude counts either order within a second ("How Amplitude handles simultaneous events"): here in a moment."""
    a, b = answer(tables, "both").steps
    assert (a["reached"], b["reached"], b["tied"]) == (10, 5, 0.5)
