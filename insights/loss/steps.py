"""What is lost at each step of a journey: from an upper bound that flatters to what would honestly have come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask
from features.errors import StamkundError
from insights.intervals import Estimate, mean
from insights.journeys.entries import Entries
from insights.journeys.funnel import entries_of
from insights.journeys.journey import Journey
from insights.journeys.runs import Run, blocks, run_of
from insights.loss.adjusted import Adjusted, Refusal, adjusted
from insights.loss.histories import Vocabulary, brought, described

BESIDE: Final = ("kind", "channel", "value")


@dataclass(frozen=True)
class StepLoss:
    """The money (minor units) lost where customers came to ``step`` and no further, within a time after it.

    ``gross``: what they would have brought if each had brought the mean of who went on, an upper bound; ``anyway``:
    what they did bring; ``lost``: what they would have brought beyond that, by those who went on and were like them;
    ``point``: that for a hundredth of all who came to the step. The last two are missing where a ``refusal`` says why.
    """

    step: str
    went: int
    dropped: int
    gross: Estimate
    anyway: Estimate
    lost: Estimate | None
    point: Estimate | None
    refusal: Refusal | None


@dataclass(frozen=True)
class Seen:
    """Entries whose time is over, and that of their money too, as they were at a step.

    ``customers`` are numbers of whose each is, None where all are of different ones.
    """

    x: Floats
    went: Mask
    y: Floats
    customers: Ints | None = None


def step_losses(events: pl.LazyFrame, journey: Journey, *, as_of: int, seed: int = 0) -> list[StepLoss]:
    """The loss at each step but the last, of customers known at ``as_of`` (µs), each of them counted once.

    A customer counts by the first entry, at the last step reached, also where the journey counts the one that came
    furthest: which that is is known afterwards only, and who went on at last was dropped before. Where it counts
    ``every`` entry, those count that began after the money of the one before was over, so that none counts twice.
    Refused in ``any`` order, where no step comes before another.
    """
    if journey.rules.order == "any":
        raise StamkundError("loss_of_any_order", field=f"journeys.{journey.name}", journey=journey.name)
    journey = replace(journey, by="every" if journey.by == "every" else "first")
    vocabulary = Vocabulary.of(events)
    parts = [
        list(_seen(run_of(part, journey, BESIDE, whole_orders=True), journey, vocabulary, as_of))
        for part in blocks(events)
    ]
    steps = (joined(list(seen)) for seen in zip(*parts, strict=True))
    return [loss_of(name, seen, seed) for name, seen in zip(journey.names[:-1], steps, strict=True)]


def _seen(run: Run, journey: Journey, vocabulary: Vocabulary, as_of: int) -> Iterator[Seen]:
    entries = entries_of(run, journey, as_of)
    if journey.by == "every":
        entries = entries[apart(entries, journey.value)]
    for step in range(len(journey.steps) - 1):
        mature = (entries.count > step) & ~entries.open
        mature[mature] = entries.time[step, mature] + journey.value <= as_of
        rows: Ints = entries.rows[step, mature]
        went = entries.count[mature] > step + 1
        customers = entries.customer[mature] if journey.by == "every" else None
        yield Seen(described(run, rows, vocabulary), went, brought(run, rows, journey.value), customers)


def apart(entries: Entries, gap: int) -> Ints:
    """Of each customer's entries the first, then each next one that began a ``gap`` (µs) after the last step of that.

    >>> from insights.journeys.histories import Histories
    >>> from insights.journeys.reach import Rules, reach
    >>> one = Histories(np.array([3]), np.array([0, 5, 12]))
    >>> views = np.ones(3, dtype=np.bool_)
    >>> apart(Entries.of(one, reach(one, [views], None, Rules()), within=None, as_of=99), gap=10).tolist()
    [0, 2]
    """
    count, span = len(entries), int(np.ptp(entries.entered)) + gap + 2 if len(entries) else 1
    begin = int(entries.entered.min()) if count else 0
    keys = entries.customer * span + (entries.entered - begin)
    free = entries.customer * span + np.minimum(entries.last - begin + gap, span - 1)
    following = np.append(keys.searchsorted(free, side="right"), count)
    at = np.flatnonzero(np.append(True, entries.customer[1:] != entries.customer[:-1]))[:count]
    found = []
    while len(at):
        found.append(at)
        further = following[at]
        same = further < count
        same[same] = entries.customer[further[same]] == entries.customer[at[same]]
        at = further[same]
    return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def joined(parts: list[Seen]) -> Seen:
    """What was seen of the customers of all parts."""
    customers, before = [], 0
    for part in parts:
        if part.customers is not None:
            customers.append(part.customers + before)
            before += int(part.customers.max(initial=-1)) + 1
    return Seen(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.went for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate(customers) if customers else None,
    )


def loss_of(step: str, seen: Seen, seed: int = 0) -> StepLoss:
    """What is lost where those seen were dropped."""
    went, dropped = seen.y[seen.went], seen.y[~seen.went]
    told = adjusted(seen.x, seen.went, seen.y, customers=seen.customers, seed=seed)
    found = told if isinstance(told, Adjusted) else None
    return StepLoss(
        step=step,
        went=len(went),
        dropped=len(dropped),
        gross=_mean(went) * len(dropped),
        anyway=_mean(dropped) * len(dropped),
        lost=found.lost if found else None,
        point=found.mean * (len(seen.y) / 100) if found else None,
        refusal=None if isinstance(told, Adjusted) else told,
    )


def _mean(values: Floats) -> Estimate:
    return mean(values.sum(), values @ values, len(values))
