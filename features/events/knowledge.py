"""When an event is known: from its own time on, or from ``known_at`` on where that is later.

Of what happened to a customer at one moment, the answers (:data:`features.events.kinds.ANSWERS`) come after the
questions: they are known a microsecond later, wherever only the day or the minute of both was told.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from features.arrays import Codes, Ints
from features.events.kinds import ANSWERS, QUESTIONS

KNOWN_AT = pl.max_horizontal("time", "known_at").alias("known_at")  # never empty


def known_events(events: pl.LazyFrame, as_of: int) -> pl.LazyFrame:
    """The lake's events that are known at a moment (µs).

    >>> events = pl.LazyFrame({"event_id": ["a", "b"], "time": [1, 2], "known_at": [None, 9]})
    >>> [known_events(events, as_of).collect()["event_id"].to_list() for as_of in (8, 9)]
    [['a'], ['a', 'b']]
    """
    return events.filter(pl.col("time") <= as_of, pl.col("known_at").is_null() | (pl.col("known_at") <= as_of))


def answers_at_once(kinds: Sequence[str], codes: Codes, time: Ints, known_at: Ints) -> Ints:
    """The places of a customer's answers at the very moment of a question that was known then.

    ``codes`` are places among the ``kinds``.

    >>> codes, time = np.array([0, 1, 1], dtype=np.int32), np.array([5, 5, 6])
    >>> answers_at_once(["contact", "redeem"], codes, time, known_at=time).tolist()
    [1]
    """
    questions, answers = (
        np.array([kind in group for kind in kinds] + [False])[codes] for group in (QUESTIONS, ANSWERS)
    )
    return np.flatnonzero(answers & np.isin(time, time[questions & (known_at <= time)]))
