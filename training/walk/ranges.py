"""The walk through time for ranges of amounts: fitted before, widened by one block, judged on the next.

Where all outcomes are of one moment, parts of the customers stand for blocks.

It follows :mod:`training.walk.walk_forward`: what lies between ``early`` and ``late`` says how far ends are to lie out
for the rows from ``late`` on, on which they are judged; these say so for the final ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from features.arrays import Floats, Ints
from training.learners.hurdle import Hurdle, fit_hurdle
from training.learners.trees import THREADS
from training.level.forecast import forecast
from training.level.history import unlinked
from training.walk.dataset import Dataset

LEAST = 200  # rows with an amount, and twice the number of rows; fewer tell no ends


@dataclass(frozen=True)
class Ranges:
    """The final hurdle, and ``[row, (low, median, high)]`` of the test's rows; None where no block came before it."""

    hurdle: Hurdle
    test_ends: Floats | None = None


def ranges(rows: Dataset, *, early: int | None, late: int, as_of: int) -> Ranges | None:
    """The ranges of amounts as of a moment; None where too few amounts are known to tell any."""
    first = rows.known_by(late if early is None else early)
    if np.sum(first.y > 0) < LEAST or len(first) < 2 * LEAST:
        return None
    usable = rows.known_by(as_of)
    test = usable.where(usable.as_of >= late)
    judged, ends = _at(rows, late), None
    if early is not None:
        known = rows.known_by(late)
        before = _fitted_to(_at(rows, early), known.where(known.as_of >= early))
        judged = _as_far_out(judged, before)
        ends = judged.ends(test.x, num_threads=THREADS)
    return Ranges(_as_far_out(_at(rows, as_of), _fitted_to(judged, test)), ends)


def ranges_by_folds(rows: Dataset, part: Ints) -> Ranges | None:
    """The ranges of amounts of one moment, whose ``part`` each row is in; None where too few are known to tell any.

    The ends of a part come from trees that learnt from neither it nor the next one, as far out as the next one's
    amounts lay. The final trees learnt from all, with ends as far out as the first part's lay for those of the others.
    """
    if np.sum(rows.y > 0) < LEAST or len(rows) < 2 * LEAST:
        return None
    parts, ends = int(part.max()) + 1, np.empty((len(rows), 3))
    for each in range(parts):
        following = part == (each + 1) % parts
        here = part == each
        judged = _fitted_to(_of_all(rows.where(~here & ~following)), rows.where(following))
        ends[here] = judged.ends(rows.x[here], num_threads=THREADS)
    first = _fitted_to(_of_all(rows.where(part != 0)), rows.where(part == 0))
    return Ranges(_as_far_out(_of_all(rows), first), ends)


def _of_all(rows: Dataset) -> Hurdle:
    """Trees of rows of one moment, for amounts at their mean."""
    return replace(fit_hurdle(rows.x, rows.relative), scale=float(np.maximum(rows.y, 0.0).mean()))


def _at(rows: Dataset, at: int) -> Hurdle:
    """Trees of what was known at a moment, for amounts at the level forecast then."""
    past = rows.aligned_to(at)
    return replace(fit_hurdle(past.x, past.relative), scale=_scale(rows, at))


def _scale(rows: Dataset, at: int) -> float:
    """The mean amount to come: as forecast, or that of the last moment known."""
    level = None if rows.history is None else forecast(rows.history, at)
    if level is not None:
        return unlinked(level.value, "amount")
    past = rows.known_by(at)
    return float(np.maximum(past.y[past.as_of == past.as_of.max()], 0.0).mean())


def _fitted_to(hurdle: Hurdle, block: Dataset) -> Hurdle:
    """As far out as this block's amounts lie, the miss of the forecast level among the reasons."""
    return hurdle.fitted_to(block.x, np.maximum(block.y, 0.0) / max(hurdle.scale, 1e-9))


def _as_far_out(hurdle: Hurdle, other: Hurdle) -> Hurdle:
    return replace(hurdle, steps=other.steps, inside=other.inside, below=other.below)
