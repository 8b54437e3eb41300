"""What is asked of the shop that decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import orjson

from benchmarks.decisions.people import news
from benchmarks.serving.clients import answer, connect
from benchmarks.serving.questions import Question, Request
from serving.decisions.explanation.slates import Explain


def prepare(address: str, customers: Sequence[str]) -> None:
    """Send what customers do and allow before they are decided for."""
    with closing(connect(address)) as connection:
        for request in news(customers):
            answer(connection, request)


def decisions(customers: Iterator[str], placement: str, explain: Explain = "none") -> Question:
    """Decisions for one placement, whose items are chosen and have reasons."""

    def ask() -> Request:
        profile = {"id_type": "user_id", "id": next(customers)}
        body = {
            "profile": profile,
            "context": {"channel": "web"},
            "placements": [{"id": placement}],
            "explain": explain,
        }
        return Request("/v1/decisions", orjson.dumps(body))

    def is_answer(body: bytes) -> bool:
        (told,) = orjson.loads(body)["placements"]
        return all(len(item["reasons"]) > 1 and not item["is_fallback"] for item in told["items"])

    return Question(ask, is_answer)
