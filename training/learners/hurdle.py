"""What an amount may come to: the chance of nothing, and where it is something, its middle and its width.

Zeros are classified first and the rest is spread around a middle of its logarithm (Cragg 1971). How far out a quantile
lies is not assumed but read off outcomes that the trees had not seen (distributional conformal prediction,
Chernozhukov, Wüthrich & Zhu 2021), so that eight of ten amounts of such a block lie between the ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

import lightgbm as lgb
import numpy as np
from scipy.special import expit

from features.arrays import Floats
from training.learners.trees import COMMON, THREADS, Trees

INSIDE: Final = 0.8  # of amounts lie between the ends
HALF: Final = 0.5  # of them lie below the median
FASTER: Final[Mapping[str, object]] = {"learning_rate": 0.03, "num_iterations": 200}  # half of what the mean takes
LEAST_WIDTH: Final = 0.05  # of a logarithm: nobody's amount is known to a twentieth
GRID: Final = np.linspace(0, 1, 201)


@dataclass(frozen=True)
class Hurdle:
    """``nothing`` scores the log-odds of no amount, ``middle`` the log of one, ``width`` how far logs lie from there.

    ``steps`` are the quantiles on ``GRID`` of those distances in widths; ``inside`` and ``below`` are the shares that a
    row's own distribution must have between its ends and below its median, for ``INSIDE`` and ``HALF`` of the outcomes
    to lie there; ``scale`` is what amounts are multiplied by.
    """

    nothing: Trees
    middle: Trees
    width: Trees
    steps: tuple[float, ...] = ()
    inside: float = INSIDE
    below: float = HALF
    scale: float = 1.0

    def ends(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """``[row, (low, median, high)]`` of feature rows.

        As much lies below the low end as above the high one; where that is less than the chance of nothing, the range
        begins with nothing, and all that is left out lies above.
        """
        none, middle, width = self._parts(x, num_threads)
        outside = (1 - self.inside) / 2
        with_nothing = none >= outside
        highest = np.where(with_nothing, self.inside, 1 - outside)
        shares = (np.where(with_nothing, 0.0, outside), np.full(len(x), self.below), highest)
        return np.stack([self._quantile(share, none, middle, width) for share in shares], axis=1) * self.scale

    def fitted_to(self, x: Floats, amounts: Floats) -> Self:
        """With the steps and shares of a block of outcomes, in the terms that the trees were fitted in.

        Of each outcome it is asked how much a range must hold to hold it.
        """
        none, middle, width = self._parts(x, THREADS)
        some = amounts > 0
        distances = (np.log(amounts[some]) - middle[some]) / width[some]
        if not len(distances):
            return self
        fitted = replace(self, steps=tuple(float(step) for step in np.quantile(distances, GRID)))
        places = fitted._places(amounts, none, middle, width)
        central, with_nothing = np.abs(2 * places - 1), 1 - 2 * none
        needed = np.where(central < with_nothing, central, np.maximum(places, with_nothing))
        needed = np.where(some, needed, np.maximum(with_nothing, 0.0))
        inside, below = float(np.quantile(needed, INSIDE)), float(np.quantile(places, HALF))
        return replace(fitted, inside=inside, below=below)

    def _parts(self, x: Floats, num_threads: int) -> tuple[Floats, Floats, Floats]:
        none = expit(self.nothing.raw(x, num_threads=num_threads))
        width = np.maximum(self.width.raw(x, num_threads=num_threads), LEAST_WIDTH)
        return none, self.middle.raw(x, num_threads=num_threads), width

    def _quantile(self, share: Floats, none: Floats, middle: Floats, width: Floats) -> Floats:
        rest = np.clip((share - none) / np.maximum(1 - none, 1e-9), 0.0, 1.0)
        return np.where(share <= none, 0.0, np.exp(middle + width * np.interp(rest, GRID, self.steps)))

    def _places(self, amounts: Floats, none: Floats, middle: Floats, width: Floats) -> Floats:
        """Which quantile each outcome is of its own row; that of a zero is drawn from those below the hurdle."""
        drawn = np.random.default_rng(7).random(len(amounts)) * none
        distances = (np.log(np.where(amounts > 0, amounts, 1.0)) - middle) / width
        return np.where(amounts > 0, none + (1 - none) * np.interp(distances, self.steps, GRID), drawn)

    def files(self) -> dict[str, str]:
        """The text of each part by the name of its file."""
        numbers = {"steps": self.steps, "inside": self.inside, "below": self.below, "scale": self.scale}
        trees = {"nothing.txt": self.nothing, "middle.txt": self.middle, "width.txt": self.width}
        return {"hurdle.json": json.dumps(numbers, indent=1)} | {name: each.text() for name, each in trees.items()}

    @classmethod
    def read(cls, files: Mapping[str, str]) -> Self:
        """From what :meth:`files` wrote."""
        numbers = json.loads(files["hurdle.json"])
        nothing, middle, width = (Trees.read(files[f"{name}.txt"]) for name in ("nothing", "middle", "width"))
        return cls(nothing, middle, width, **{**numbers, "steps": tuple(numbers["steps"])})


def fit_hurdle(x: Floats, amounts: Floats) -> Hurdle:
    """Trees for the three parts, fitted to feature rows and amounts of which some are above 0."""
    some = amounts > 0
    nothing = _fit(lgb.Dataset(x), (~some).astype(np.float64), "binary")
    logs, there = np.log(amounts[some]), x[some]
    binned = lgb.Dataset(there)  # once for both: the rows are the same
    middle = _fit(binned, logs, "regression")
    width = _fit(binned, np.abs(logs - middle.raw(there, num_threads=THREADS)), "regression")
    return Hurdle(nothing, middle, width)


def _fit(rows: lgb.Dataset, y: Floats, objective: str) -> Trees:
    rows.set_label(y)
    return Trees(lgb.train({**COMMON, **FASTER, "objective": objective, "num_threads": THREADS}, rows))
