"""The requests that the service is measured with, each about other customers, and how a good answer is recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice
from typing import Any

import orjson

from benchmarks.serving.worlds import World
from serving.decisions.explanation.slates import Explain

EMPTY = "empty"  # a route that does nothing
BARE = "scores_bare"  # of one customer, without reasons
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """One request; without a body it is a GET."""

    path: str
    body: bytes | None = None


@dataclass(frozen=True)
class Question:
    """``next`` makes the next request; ``is_answer`` says whether a response's body answers it."""

    next: Callable[[], Request]
    is_answer: Callable[[bytes], bool] = lambda _body: True


def questions(world: World) -> dict[str, Question]:
    """All questions by name. One half of the customers is asked about, the other half sends events."""
    half = (len(world.customers) + 1) // 2
    readers, senders = cycle(world.customers[:half]), cycle(world.customers[half:] or world.customers)
    views = _views(senders, world.items)
    return {
        EMPTY: Question(lambda: Request("/livez")),
        "scores_1": _scores(readers, 1),
        "scores_100": _scores(readers, 100),
        BARE: _scores(readers, 1, reasons=0),
        "decisions_explained": _decisions(readers, "full"),
        "decisions": _decisions(readers, "none"),
        "profile": Question(
            lambda: Request(f"/v1/profiles/user_id:{next(readers)}"), lambda body: _json(body)["scores"] is not None
        ),
        "ingest_1": Question(lambda: _post("/v1/track", next(views)), _accepts(1)),
        "ingest_100": Question(lambda: _post("/v1/batch", {"batch": [*islice(views, 100)]}), _accepts(100)),
    }


def _scores(customers: Iterator[str], n: int, reasons: int = 3) -> Question:
    def is_answer(body: bytes) -> bool:
        scores = _json(body)["scores"]
        return len(scores) == n and not any("error" in each for each in scores)

    return Question(lambda: _post("/v1/scores", {"customers": [*islice(customers, n)], "reasons": reasons}), is_answer)


def _decisions(customers: Iterator[str], explain: Explain) -> Question:
    def ask() -> Request:
        profile = {"id_type": "user_id", "id": next(customers)}
        placements = [{"id": "home", "count": 3}]
        return _post("/v1/decisions", {"profile": profile, "placements": placements, "explain": explain})

    def is_answer(body: bytes) -> bool:
        (placement,) = _json(body)["placements"]
        return bool(placement["items"]) and ("excluded" in placement) == (explain != "none")

    return Question(ask, is_answer)


def _views(customers: Iterator[str], items: Sequence[str]) -> Iterator[Answer]:
    """Products looked at, without end, each under an id of its own."""
    for number, item in zip(count(), cycle(items)):
        message = {"type": "track", "event": "Product Viewed", "messageId": f"view-{number}", "userId": next(customers)}
        yield {**message, "properties": {"product_id": item}}


def _accepts(n: int) -> Callable[[bytes], bool]:
    return lambda body: _json(body)["accepted"] == n


def _post(path: str, body: Answer) -> Request:
    return Request(path, orjson.dumps(body))


def _json(body: bytes) -> Any:
    return orjson.loads(body)
