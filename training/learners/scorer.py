"""What every learner leaves behind: something that scores feature rows and says what each feature added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from features.arrays import Floats
from training.orders.told import OrdersTold
from training.targets.frame.target import ScoreKind


class Scorer(Protocol):
    """Scores on a scale on which parts add up: log-odds of probabilities, logs of amounts.

    ``suffix`` is that of the text file that keeps it.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    suffix: ClassVar[str]

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """One score a row; a row alone scores as in any batch."""

    def contributions(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """``[row, feature]``: what each feature adds to the score, beside a constant."""

    def importance(self) -> Floats:
        """How much each feature matters in all, as shares that sum to 1 (or all 0)."""

    def text(self) -> str:
        """All of it as text."""

    @classmethod
    def read(cls, text: str) -> Self:
        """What :meth:`text` wrote; it scores the same to the bit."""


@dataclass(frozen=True)
class Learner:
    """How a scorer is fitted to feature rows and labels; ``aligned`` to the ranks of the moment it is for, or not.

    One that learns ``by_word`` is told which columns hold places of words, one ``by_orders`` what the orders so far
    tell. The ``mark`` tells apart what has one name.
    """

    name: str
    fit: Callable[..., Scorer]
    aligned: bool
    by_word: bool = False
    by_orders: bool = False
    mark: str = ""

    def fitted(
        self, x: Floats, y: Floats, score_kind: ScoreKind, codes: Sequence[int], orders: OrdersTold | None = None
    ) -> Scorer:
        """The scorer of these rows, whose columns ``codes`` hold places of words, by what ``orders`` tell."""
        if self.by_orders:
            return self.fit(x, y, score_kind, orders)
        return self.fit(x, y, score_kind, codes) if self.by_word else self.fit(x, y, score_kind)
