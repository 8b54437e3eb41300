"""A blend: the mean of what several learners say, on the scale on which parts add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats
from training.learners.btyd import Btyd, fit_btyd
from training.learners.effect import EFFECT
from training.learners.linear import Linear, fit_linear
from training.learners.own import OWN, Own
from training.learners.scorer import Learner, Scorer
from training.learners.trees import Trees, fit_trees

LEARNERS: Final[Mapping[str, Learner]] = {
    learner.name: learner
    for learner in (
        Learner("btyd", fit_btyd, aligned=False, by_orders=True),
        Learner("linear", fit_linear, aligned=True, by_word=True),
        Learner("trees", fit_trees, aligned=True),
        Learner("plain_trees", fit_trees, aligned=False),
    )
}
_TYPES: Final[Mapping[str, type[Scorer]]] = {
    "btyd": Btyd,
    "linear": Linear,
    "trees": Trees,
    "plain_trees": Trees,
    EFFECT: Trees,
    OWN: Own,
}


@dataclass(frozen=True)
class Blend:
    """Scorers by the names of their learners, each with the same weight."""

    members: Mapping[str, Scorer]

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """The mean score of each row."""
        return _mean([each.raw(x, num_threads=num_threads) for each in self.members.values()])

    def contributions(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """What each feature adds to the mean, ``[row, feature]``."""
        return _mean([each.contributions(x, num_threads=num_threads) for each in self.members.values()])

    def importance(self) -> Floats:
        """The mean share of each feature."""
        return _mean([each.importance() for each in self.members.values()])

    @property
    def requirements(self) -> tuple[str, ...]:
        """The packages that scorers of one's own need."""
        return tuple(
            package for each in self.members.values() if isinstance(each, Own) for package in each.requirements
        )

    def files(self) -> dict[str, str]:
        """The text of each scorer by the name of its file."""
        return {f"{name}.{each.suffix}": each.text() for name, each in self.members.items()}

    @classmethod
    def read(cls, files: Mapping[str, str]) -> Self:
        """From what :meth:`files` wrote."""
        names = {file.rsplit(".", 1)[0]: text for file, text in files.items()}
        return cls({name: _TYPES[name].read(text) for name, text in names.items()})


def _mean(parts: list[Floats]) -> Floats:
    """The mean of arrays; of a single one it is that one to the bit."""
    return parts[0] if len(parts) == 1 else np.mean(parts, axis=0)
