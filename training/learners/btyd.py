"""Buy till you die as a learner: the orders so far tell the next ones, and past outcomes how far to believe them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from math import factorial
from typing import Any, ClassVar, Final, Self

import numpy as np

from features.arrays import Floats
from training.btyd import BetaGeometric, GammaGamma
from training.learners.calibration import fit_platt
from training.orders.told import OrderColumns, OrdersTold
from training.targets.frame.target import ScoreKind

ROWS: Final = 20_000  # tell two numbers
SOME: Final = 1_000  # tell how much each feature matters


@dataclass(frozen=True)
class Btyd:
    """``constant + slope · told``, where ``told`` is what a model of orders says.

    A customer of whom one of its features is missing counts as the ``usual`` one, who has the middle of each.
    ``shares`` say how much each of them matters; all others of so many (``width``) features add nothing.
    """

    suffix: ClassVar[str] = "json"

    told: OrdersTold
    slope: float
    constant: float
    usual: tuple[float, ...]
    width: int
    shares: tuple[float, ...] = ()

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        """One score a row."""
        return self.constant + self.slope * self.told.raw(self._read(x))

    def contributions(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        """What each feature adds to the score of the usual customer: Shapley values (Shapley 1953)."""
        read, parts = self._read(x), np.zeros((len(x), self.width))
        count = read.shape[1]
        told = {chosen: self._told(read, chosen) for n in range(count + 1) for chosen in _subsets(count, n)}
        for chosen, value in told.items():
            for each in set(range(count)) - chosen:
                weight = factorial(len(chosen)) * factorial(count - len(chosen) - 1) / factorial(count)
                parts[:, self.told.places[each]] += weight * (told[chosen | {each}] - value)
        return self.slope * parts

    def importance(self) -> Floats:
        """The shares of the features that are read."""
        shares = np.zeros(self.width)
        shares[list(self.told.places)] = self.shares
        return shares

    def text(self) -> str:
        """Its numbers as JSON."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def read(cls, text: str) -> Self:
        """From :meth:`text`."""
        card: dict[str, Any] = json.loads(text)
        told = card.pop("told")
        value = GammaGamma(**told["value"]) if told["value"] else None
        timing = BetaGeometric(**told["timing"])
        model = OrdersTold(told["asked"], told["horizon"], OrderColumns(*told["columns"]), timing, value)
        lists = {name: tuple(card[name]) for name in ("usual", "shares")}
        return cls(told=model, **{**card, **lists})

    def _read(self, x: Floats) -> Floats:
        """``[row, place]``: what is read of feature rows, or where some of it is missing, of the usual customer."""
        read = x[:, list(self.told.places)]
        return np.where(np.isnan(read).any(axis=1, keepdims=True), self.usual, read)

    def _told(self, read: Floats, chosen: frozenset[int]) -> Floats:
        """What is told of usual customers with what was ``chosen`` of these rows."""
        own = np.isin(np.arange(read.shape[1]), list(chosen))
        return self.told.raw(np.where(own, read, self.usual))


def _subsets(count: int, size: int) -> Iterator[frozenset[int]]:
    return (frozenset(chosen) for chosen in combinations(range(count), size))


def fit_btyd(x: Floats, y: Floats, score_kind: ScoreKind, told: OrdersTold) -> Btyd:
    """What orders tell, stretched and shifted as feature rows and labels say it should be."""
    places = list(told.places)
    usual = np.nan_to_num(np.nanmedian(x[:, places], axis=0), nan=1.0)
    plain = Btyd(told, 1.0, 0.0, tuple(usual.tolist()), x.shape[1])
    some = slice(None, None, -(-len(x) // ROWS))
    raw, labels = plain.raw(x[some]), y[some]
    if score_kind == "amount":
        from sklearn.linear_model import TweedieRegressor  # noqa: PLC0415  (a second; only fitting needs it)

        model = TweedieRegressor(power=1.2, link="log", alpha=0.0, solver="newton-cholesky")
        model.fit(raw[:, None], np.maximum(labels, 0.0))
        slope, constant = float(model.coef_[0]), float(model.intercept_)
    else:
        platt = fit_platt(raw, labels)
        slope, constant = platt.slope, platt.intercept
    fitted = replace(plain, slope=slope, constant=constant)
    sizes = np.abs(fitted.contributions(x[:: -(-len(x) // SOME)])[:, places]).mean(axis=0)
    return replace(fitted, shares=tuple((sizes / (sizes.sum() or 1.0)).tolist()))
