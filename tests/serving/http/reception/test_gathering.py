"""Questions that came in at the same time are answered together, and each as if it had come alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from features.errors import StamkundError
from serving.http.answers.requests import ScoresRequest
from serving.http.answers.scores import answer_scores, answer_together
from serving.http.current.state import CurrentState
from serving.http.reception.gathering import MOST, Gathering
from tests.serving.http.errors import Json


def told(questions: Sequence[tuple[str, int]]) -> tuple[list[object], list[list[int]]]:
    """What is answered to questions ``(alike, number)`` asked at once, and which numbers were answered together."""
    batches: list[list[int]] = []

    def double(numbers: Sequence[int]) -> list[int]:
        batches.append([*numbers])
        if 0 in numbers:
            raise ZeroDivisionError
        if -1 in numbers:
            raise StamkundError("store_unavailable")
        return [2 * number for number in numbers]

    async def ask() -> list[object]:
        gathering = Gathering[int, int](double)
        return await asyncio.gather(*(gathering.ask(n, alike) for alike, n in questions), return_exceptions=True)

    return asyncio.run(ask()), batches


def test_what_is_alike_and_came_at_once_is_answered_together() -> None:
    assert told([("a", 1), ("b", 2), ("a", 3)]) == ([2, 4, 6], [[1, 3], [2]])


def test_one_that_cannot_be_answered_fails_alone() -> None:
    answers, batches = told([("a", 1), ("a", 0), ("a", 3)])
    assert (answers[0], type(answers[1]), answers[2]) == (2, ZeroDivisionError, 6)
    assert batches == [[1, 0, 3], [1], [0], [3]]


def test_an_outage_is_met_once_by_all_who_wait() -> None:
    """A store that is frozen would hold up the event loop as often as it is asked."""
    some = [("a", -1), *(("a", number) for number in range(1, 2 * MOST)), ("b", 7)]
    answers, batches = told(some)
    assert batches == [[-1, *range(1, MOST)]]
    assert [type(answer) for answer in answers] == [StamkundError] * len(some)


def test_no_more_than_so_many_are_answered_at_a_time() -> None:
    answers, batches = told([("a", number) for number in range(1, 2 * MOST + 2)])
    assert answers == [2 * number for number in range(1, 2 * MOST + 2)]
    assert [len(batch) for batch in batches] == [MOST, MOST, 1]


def test_scores_asked_for_together_are_those_asked_for_alone(current: CurrentState) -> None:
    """Twice the same, unknown ones, and several of one request among them."""
    customers = [["1"], ["nobody"], ["2", "3"], ["1"], [f"{number}" for number in range(4, 12)]]
    requests = [ScoresRequest(customers=each, reasons=0) for each in customers]
    alone = [answer_scores(current.state, request) for request in requests]
    assert answer_together(current.state, requests) == alone


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ({}, {}, True),
        ({"models": ["lapse"]}, {"models": ["lapse"]}, True),
        ({"models": ["lapse"]}, {}, False),
        ({"models": []}, {}, False),
        ({"models": ["lapse", "spend"]}, {"models": ["spend", "lapse"]}, False),
    ],
)
def test_questions_about_the_same_models_are_alike(one: Json, other: Json, *, are_alike: bool) -> None:
    asked = [ScoresRequest(customers=["1"], reasons=0, **each) for each in (one, other)]
    assert (asked[0].alike == asked[1].alike) == are_alike


@pytest.mark.parametrize("asked", [{"reasons": 1}, {"customers": ["1", "2"]}, {"as_of": "2017-12-03"}])
def test_a_question_that_takes_longer_is_alike_to_none(asked: Json) -> None:
    assert ScoresRequest.model_validate({"customers": ["1"], "reasons": 0} | asked).alike is None
