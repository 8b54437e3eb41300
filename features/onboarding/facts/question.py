"""What `init` is unsure of: a question with its answers, each of them settings that are ready to be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Topic = Literal[
    "time_format", "time_zone", "number_format", "amount", "customer", "time", "kind", "status", "order_id", "refund",
    "currency", "header", "encoding", "join", "table", "same_as", "unplaced", "outcome",
]  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question whose answers lead to different numbers.

    ``options`` are settings, the one that was taken first. ``key`` is the setting that it is about: of the source, or
    below its `columns` (as in `columns.value`); empty where it is about all of the source.
    """

    topic: Topic
    text: str
    options: Sequence[str] = ()
    key: str = ""
