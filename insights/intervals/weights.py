"""Weights that let those who answered stand for all who were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.errors import StamkundError

LEAST_EFFECTIVE: Final = 0.3  # of the answers: below, a few customers speak for all
_ROUNDS, _CLOSE = 200, 1e-9


@dataclass(frozen=True)
class ResponseWeights:
    """A weight for each of those who answered; their mean is 1."""

    weights: Floats  # [answer]
    effective: float  # how many answers without weights would be as sure (Kish)
    unheard: float  # the share of those asked in groups from which nobody answered


def effective_size(weights: Floats) -> float:
    """How many the rows are worth: (Σw)² / Σw² (Kish 1965).

    >>> effective_size(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    return float(weights.sum() ** 2 / (weights @ weights)) if len(weights) else 0.0


def response_weights(groups: Sequence[Ints], answered: Mask) -> ResponseWeights:
    """Weights by which the answers are, in each grouping, spread as those asked are (raking; Deming & Stephan 1940).

    Args:
        groups: For each grouping, such as stage or channel, the group of each customer who was asked.
        answered: Which of those asked answered.

    Raises:
        StamkundError: Nobody answered, or the weights are so uneven that few customers would speak for all.

    >>> stage = np.array([0, 0, 0, 1, 1, 1])
    >>> response_weights([stage], np.array([True, True, True, True, False, False])).weights.round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    n = int(answered.sum())
    if not n:
        raise StamkundError("no_answers", "Nobody of those asked answered: there is nothing to weight.")
    heard = np.ones(len(answered), dtype=np.bool_)
    for group in groups:
        heard &= np.isin(group, group[answered])
    weights = _raked([group[answered] for group in groups], [group[heard] for group in groups], n)
    effective = effective_size(weights)
    if effective < LEAST_EFFECTIVE * n:
        raise StamkundError(
            "weights_too_uneven",
            f"{n} answers weighted to those asked are worth {effective:.0f}, less than {LEAST_EFFECTIVE:.0%} of them: "
            "too few customers would speak for all. Show the figure without weights, or weight by fewer groups.",
            answers=n,
            effective=round(effective, 1),
        )
    return ResponseWeights(weights, effective, float(1 - heard.mean()))


def _raked(answers: Sequence[Ints], asked: Sequence[Ints], n: int) -> Floats:
    weights = np.ones(n)
    wanted = [np.bincount(group) * (n / len(group)) for group in asked]
    for _ in range(_ROUNDS):
        before = weights
        for group, target in zip(answers, wanted, strict=True):
            have = np.bincount(group, weights, minlength=len(target))
            weights = weights * (target / np.where(have == 0, 1, have))[group]
        if np.allclose(weights, before, rtol=0, atol=_CLOSE):
            break
    return weights
