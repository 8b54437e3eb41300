"""A model: what was learnt, its calibration and what it was made of; saved as text that anyone can read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Self

import numpy as np

from features.arrays import Floats, Ints
from features.errors import StamkundError
from features.files import atomic_folder
from features.sentences.phrasebook import Phrasebook
from training.learners.blend import Blend
from training.learners.calibration import Platt
from training.learners.hurdle import Hurdle
from training.targets import ScoreKind, Target, card_of, target_from

CARD = "model.json"


@dataclass(frozen=True)
class Reason:
    """A feature's part in one score: its value and what it added, in log-odds (or the log of an amount).

    ``text`` tells the value in words, beside what is ``usual`` for this customer (NaN where nothing is).
    """

    code: str
    value: float
    contribution: float
    usual: float = nan
    text: str = ""


@dataclass(frozen=True)
class Model:
    """A trained model; ``version`` 0 until it is registered.

    ``percentiles`` are the 101 quantiles of the scores of the customers it was made for, at ``as_of``.
    """

    name: str
    version: int
    target: Target
    scorer: Blend
    calibration: Platt
    feature_names: tuple[str, ...]
    feature_set_hash: str
    percentiles: tuple[float, ...]
    as_of: int
    hurdle: Hurdle | None = None

    @property
    def score_kind(self) -> ScoreKind:
        """Whether it says a probability or an amount in the reporting currency."""
        return self.target.score_kind

    def predict(self, x: Floats, *, num_threads: int = 1) -> Floats:
        """Calibrated scores of rows in the order of ``feature_names``; a row alone scores as in any batch."""
        return self.calibration.apply(self.scorer.raw(x, num_threads=num_threads), self.score_kind)

    def ends(self, x: Floats, *, num_threads: int = 1) -> Floats | None:
        """``[row, (low, median, high)]`` of amounts, eight of ten of which lie between the ends; None without any."""
        return None if self.hurdle is None else self.hurdle.ends(x, num_threads=num_threads)

    def percentile(self, scores: Floats) -> Ints:
        """How many percent of the customers the model was made for score no higher, from 1 to 99."""
        places = self._inner.searchsorted(scores, side="right")
        return np.minimum(np.maximum(places, 1), 99).astype(np.int64)

    @cached_property
    def _inner(self) -> Floats:
        return np.array(self.percentiles[1:-1], dtype=np.float64)

    def reasons(self, x: Floats, top: int = 3, *, num_threads: int = 1) -> list[list[Reason]]:
        """The ``top`` largest contributions of each row, largest first; those of 0 are left out. No words yet."""
        parts = self.scorer.contributions(x, num_threads=num_threads) * self.calibration.slope
        order = np.argsort(-np.abs(parts), axis=1, kind="stable")[:, :top]
        return [
            [Reason(self.feature_names[j], float(row[j]), float(part[j])) for j in top_columns if part[j] != 0]
            for row, part, top_columns in zip(x, parts, order, strict=True)
        ]

    def told_reasons(self, x: Floats, phrasebook: Phrasebook, top: int = 3) -> list[list[Reason]]:
        """The reasons in the words of a phrasebook made for ``feature_names``."""

        def told(reason: Reason, row: Floats) -> Reason:
            code, value, usual = reason.code, reason.value, phrasebook.usual(reason.code, row)
            return Reason(code, value, reason.contribution, usual, phrasebook.text(code, value, usual))

        found = self.reasons(x, top)
        return [[told(reason, row) for reason in reasons] for reasons, row in zip(found, x, strict=True)]

    def save(self, folder: Path) -> None:
        """Write the model as text files, in place of what the folder held."""
        files, ends = self.scorer.files(), self.hurdle.files() if self.hurdle else {}
        card = {
            "name": self.name,
            "version": self.version,
            "as_of": self.as_of,
            "target": card_of(self.target),
            "calibration": asdict(self.calibration),
            "feature_set_hash": self.feature_set_hash,
            "feature_names": self.feature_names,
            "percentiles": self.percentiles,
            "files": sorted(files),
            "hurdle": sorted(ends),
        }
        with atomic_folder(folder) as draft:
            for name, text in (files | ends).items():
                (draft / name).write_text(text, encoding="utf-8")
            (draft / CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what :meth:`save` wrote; the same bits come out of it.

        Raises :class:`StamkundError` ``model_corrupt`` where a file is missing, or is not what was written.
        """
        try:
            return cls._read(folder)
        except StamkundError:
            raise
        except Exception as error:
            raise StamkundError("model_corrupt", folder=str(folder), problem=type(error).__name__) from error

    @classmethod
    def _read(cls, folder: Path) -> Self:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))

        def texts(names: Iterable[str]) -> dict[str, str]:
            return {name: (folder / name).read_text(encoding="utf-8") for name in names}

        return cls(
            name=card["name"],
            version=card["version"],
            target=target_from(card["target"]),
            scorer=Blend.read(texts(card.get("files", ["trees.txt"]))),  # older cards have no list
            calibration=Platt(**card["calibration"]),
            feature_names=tuple(card["feature_names"]),
            feature_set_hash=card["feature_set_hash"],
            percentiles=tuple(card["percentiles"]),
            as_of=card["as_of"],
            hurdle=Hurdle.read(texts(ends)) if (ends := card.get("hurdle")) else None,
        )


def quantiles(scores: Floats) -> tuple[float, ...]:
    """The 101 quantiles of a base of scores.

    >>> quantiles(np.arange(101.0))[50]
    50.0
    """
    return tuple(float(q) for q in np.quantile(scores, np.linspace(0, 1, 101)))
