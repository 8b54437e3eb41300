"""A linear learner: logistic regression, or for amounts a log-linear one, on features brought to one scale."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import ClassVar, Final, Self

import numpy as np

from features.arrays import Floats, Ints, Mask
from training.targets.frame.target import ScoreKind

REACH: Final = 4.0  # standard deviations; what lies further out counts as this far
# As strong as the penalty is on some ten thousand rows, so that hundreds of features that say nearly the same share
# their weight; weaker ones came out within 0.001 AUC on origins before the test days.
STRENGTH: Final = 100.0


@dataclass(frozen=True)
class Linear:
    """``constant + weights · z + gaps · missing``, where ``z`` are the features on one scale.

    A feature is brought there by ``sign(x) · log(1 + |x|)``, less ``center``, over ``scale``; a missing one is 0 there
    and adds what its gap weighs. One of ``words``, ``(column, what each of its words adds)``, weighs 0 but by its word.
    """

    suffix: ClassVar[str] = "json"

    center: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    gaps: tuple[float, ...]
    constant: float
    words: tuple[tuple[int, tuple[float, ...]], ...] = ()

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """The constant and all contributions of each row."""
        return np.asarray(self.constant + self.contributions(x, num_threads=num_threads).sum(axis=1))

    def contributions(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        """What each feature adds, ``[row, feature]``."""
        center, scale, weights, gaps = self._arrays
        parts = np.asarray(scaled(x, center, scale) * weights + np.isnan(x) * gaps, dtype=np.float64)
        for column, added in self.words:
            told = x[:, column] < len(added)  # neither a missing word nor one that came later
            parts[told, column] += np.array(added)[x[told, column].astype(np.int64)]
        return parts

    def importance(self) -> Floats:
        """Each feature's share of the weights, which are those of one standard deviation (of words: of their range)."""
        size = np.abs(self._arrays[2]) + np.abs(self._arrays[3])
        for column, added in self.words:
            size[column] += np.ptp(added)
        return np.asarray(size / (size.sum() or 1.0), dtype=np.float64)

    @cached_property
    def _arrays(self) -> Floats:
        return np.array([self.center, self.scale, self.weights, self.gaps])

    def text(self) -> str:
        """Its numbers as JSON."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def read(cls, text: str) -> Self:
        """From :meth:`text`."""
        card = json.loads(text)
        center, scale, weights, gaps = (_numbers(card[name]) for name in ("center", "scale", "weights", "gaps"))
        words = tuple((column, _numbers(added)) for column, added in card.get("words", ()))  # older models have none
        return cls(center, scale, weights, gaps, card["constant"], words)


def flattened(x: Floats) -> Floats:
    """Amounts and counts with their long tails drawn in.

    >>> flattened(np.array([0.0, np.e - 1, 1 - np.e])).round(12).tolist()
    [0.0, 1.0, -1.0]
    """
    return np.asarray(np.sign(x) * np.log1p(np.abs(x)), dtype=np.float64)


def scaled(x: Floats, center: Floats, scale: Floats) -> Floats:
    """Features on one scale; those missing are in its middle."""
    return np.clip(np.nan_to_num((flattened(x) - center) / scale, posinf=REACH, neginf=-REACH), -REACH, REACH)


def fit_linear(x: Floats, y: Floats, score_kind: ScoreKind, codes: Sequence[int] = ()) -> Linear:
    """Weights under a ridge penalty (Hoerl & Kennard 1970), fitted to feature rows and labels.

    Amounts are fitted by the Tweedie deviance of power 1.2 with a log link, as the trees are. The columns ``codes``
    hold places of words: each word has a weight of its own.
    """
    wide, owners = _by_word(x, codes)
    flat = np.where(np.isfinite(wide), flattened(wide), np.nan)
    present = np.maximum((~np.isnan(flat)).sum(axis=0), 1)
    center = np.nansum(flat, axis=0) / present
    spread = np.sqrt(np.nansum((flat - center) ** 2, axis=0) / present)
    scale = np.where(spread > 0, spread, 1.0)
    missing = np.isnan(x)
    told = missing.any(axis=0) & ~missing.all(axis=0)
    z = np.concatenate([scaled(wide, center, scale), missing[:, told]], axis=1)
    from sklearn.linear_model import LogisticRegression, TweedieRegressor  # noqa: PLC0415  (a second; only fitting needs it)

    if score_kind == "amount":
        model = TweedieRegressor(power=1.2, link="log", alpha=STRENGTH / len(y), solver="newton-cholesky", max_iter=100)
        model.fit(z, np.maximum(y, 0.0))
        weights, constant = model.coef_, float(model.intercept_)
    else:
        logistic = LogisticRegression(C=1 / STRENGTH, solver="newton-cholesky", max_iter=100).fit(z, y)
        weights, constant = logistic.coef_[0], float(logistic.intercept_[0])
    width, gaps = x.shape[1], np.zeros(x.shape[1])
    gaps[told] = weights[wide.shape[1] :]
    words = tuple((column, _added(owners == column, center, scale, weights)) for column in codes)
    centers, scales, plain = (_numbers(values[:width]) for values in (center, scale, weights))
    of_words = np.flatnonzero(owners >= 0)
    nothing = scaled(np.zeros(len(of_words)), center[of_words], scale[of_words])
    return Linear(centers, scales, plain, _numbers(gaps), constant + float(nothing @ weights[of_words]), words)


def _by_word(x: Floats, codes: Sequence[int]) -> tuple[Floats, Ints]:
    """Features without the codes (all 0), and behind them a column for each word of theirs; the code of each of these.

    >>> wide, owners = _by_word(np.array([[5.0, 1.0], [7.0, 0.0], [9.0, np.nan]]), [1])
    >>> wide.tolist(), owners.tolist()
    ([[5.0, 0.0, 0.0, 1.0], [7.0, 0.0, 1.0, 0.0], [9.0, 0.0, 0.0, 0.0]], [-1, -1, 1, 1])
    """
    plain, blocks, owners = x.copy(), [], [-1] * x.shape[1]
    for column in codes:
        words = np.arange(np.nan_to_num(x[:, column], nan=-1.0).max(initial=-1.0) + 1)
        blocks.append(np.asarray(x[:, [column]] == words, dtype=np.float64))
        owners += [column] * len(words)
        plain[:, column] = 0.0
    return np.concatenate([plain, *blocks], axis=1), np.array(owners)


def _added(own: Mask, center: Floats, scale: Floats, weights: Floats) -> tuple[float, ...]:
    """What each word of a code adds to none: its own column at 1 instead of 0."""
    at = np.flatnonzero(own)
    one, none = (scaled(np.full(len(at), end), center[at], scale[at]) for end in (1.0, 0.0))
    return _numbers((one - none) * weights[at])


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
