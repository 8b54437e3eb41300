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
class _Seen:
    """Entries whose time is over, and that of their money too, as they were at a step."""

    x: Floats
    went: Mask
    y: Floats


def step_losses(events: pl.LazyFrame, journey: Journey, *, as_of: int, seed: int = 0) -> list[StepLoss]:
    """The loss at each step but the last, of customers known at ``as_of`` (µs), each of them counted once.

    A customer counts by the first entry, at the last step reached, whichever entries the journey counts: which one came
    furthest is known afterwards only, and of every one the money would be counted several times. Refused in ``any``
    order, where no step comes before another.
    """
    if journey.rules.order == "any":
        raise StamkundError("loss_of_any_order", field=f"journeys.{journey.name}", journey=journey.name)
    journey = replace(journey, by="first")
    vocabulary = Vocabulary.of(events)
    parts = [list(_seen(run_of(part, journey, BESIDE), journey, vocabulary, as_of)) for part in blocks(events)]
    steps = (_joined(list(seen)) for seen in zip(*parts, strict=True))
    return [_loss(name, seen, seed) for name, seen in zip(journey.names[:-1], steps, strict=True)]


def _seen(run: Run, journey: Journey, vocabulary: Vocabulary, as_of: int) -> Iterator[_Seen]:
    entries = entries_of(run, journey, as_of)
    for step in range(len(journey.steps) - 1):
        mature = (entries.count > step) & ~entries.open
        mature[mature] = entries.time[step, mature] + journey.value <= as_of
        rows: Ints = entries.rows[step, mature]
        went = entries.count[mature] > step + 1
        yield _Seen(described(run, rows, vocabulary), went, brought(run, rows, journey.value))


def _joined(parts: list[_Seen]) -> _Seen:
    return _Seen(
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.went for part in parts]),
        np.concatenate([part.y for part in parts]),
    )


def _loss(step: str, seen: _Seen, seed: int) -> StepLoss:
    went, dropped = seen.y[seen.went], seen.y[~seen.went]
    told = adjusted(seen.x, seen.went, seen.y, seed=seed)
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
