"""What the service is asked, over and over, each time about other customers; and what a good answer to it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice
from typing import Any

import orjson

from benchmarks.worlds import World

EMPTY = "empty"  # a route that does nothing
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request; without a body it is a GET."""

    path: str
    body: bytes | None = None


@dataclass(frozen=True)
class Question:
    """The next request, and whether an answer's body is what was asked for."""

    next: Callable[[], Asked]
    answered: Callable[[bytes], bool] = lambda _body: True


def questions(world: World) -> dict[str, Question]:
    """All questions by name. Those asked about and those who do something are different customers."""
    half = (len(world.customers) + 1) // 2
    asked, doing = cycle(world.customers[:half]), cycle(world.customers[half:] or world.customers)
    views = _views(doing, world.items)
    return {
        EMPTY: Question(lambda: Asked("/livez")),
        "scores_1": _scores(asked, 1),
        "scores_100": _scores(asked, 100),
        "decisions_explained": _decisions(asked, explain=True),
        "decisions": _decisions(asked, explain=False),
        "profile": Question(
            lambda: Asked(f"/v1/profiles/user_id:{next(asked)}"), lambda body: _told(body)["scores"] is not None
        ),
        "ingest_1": Question(lambda: _posted("/v1/track", next(views)), _accepted(1)),
        "ingest_100": Question(lambda: _posted("/v1/batch", {"batch": [*islice(views, 100)]}), _accepted(100)),
    }


def _scores(customers: Iterator[str], n: int) -> Question:
    def answered(body: bytes) -> bool:
        scores = _told(body)["scores"]
        return len(scores) == n and not any("error" in each for each in scores)

    return Question(lambda: _posted("/v1/scores", {"customers": [*islice(customers, n)]}), answered)


def _decisions(customers: Iterator[str], *, explain: bool) -> Question:
    def ask() -> Asked:
        profile = {"id_type": "user_id", "id": next(customers)}
        placements = [{"id": "home", "count": 3}]
        return _posted("/v1/decisions", {"profile": profile, "placements": placements, "explain": explain})

    def answered(body: bytes) -> bool:
        (placement,) = _told(body)["placements"]
        return bool(placement["items"]) and ("excluded" in placement) == explain

    return Question(ask, answered)


def _views(customers: Iterator[str], items: Sequence[str]) -> Iterator[Answer]:
    """Products looked at, without end, each under an id of its own."""
    for number, item in zip(count(), cycle(items)):
        sent = {"type": "track", "event": "Product Viewed", "messageId": f"view-{number}", "userId": next(customers)}
        yield {**sent, "properties": {"product_id": item}}


def _accepted(n: int) -> Callable[[bytes], bool]:
    return lambda body: _told(body)["accepted"] == n


def _posted(path: str, body: Answer) -> Asked:
    return Asked(path, orjson.dumps(body))


def _told(body: bytes) -> Any:
    return orjson.loads(body)
