"""A phrasebook: the sentences of all features that a model reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan

from features.errors import StamkundError
from features.language.feature import Feature
from features.profiles.pairs.features import PAIR_UNITS
from features.sentences.figures import Money
from features.sentences.phrases import sentence
from features.sentences.usual import Companions, Row, Usual
from features.sentences.words import Tell, Words
from features.texts.catalogue import LANGUAGES


@dataclass(frozen=True)
class Phrasebook:
    """How each feature is told, by name, and where what is usual stands in a row of the model's features."""

    tellers: Mapping[str, Tell]
    usuals: Mapping[str, Usual]

    @classmethod
    def of(
        cls, features: Sequence[Feature], names: Sequence[str], *, money: Money | None = None, language: str = "en"
    ) -> Phrasebook:
        """The phrasebook for rows whose columns are called ``names``; those of pairs of campaigns among them.

        >>> from features.language.defaults import Vocabulary, default_features
        >>> features = default_features(Vocabulary(("order",), (), ()))
        >>> names = ["days_since_last_order", "order_gap_mean_all"]
        >>> book = Phrasebook.of(features, names)
        >>> book.text("days_since_last_order", 41.0, book.usual("days_since_last_order", [41.0, 9.0]))
        'no order for 41 days; usually every 9'
        """
        places = {name: place for place, name in enumerate(names)}
        if language not in LANGUAGES:
            raise StamkundError.unknown("unknown_language", "language", language, LANGUAGES, field="language")
        words = Words.of(language, money or Money())
        ours, companions = [f for f in features if f.name in places], Companions(features, places)
        usuals = {f.name: usual for f in ours if (usual := companions.usual(f)) is not None}
        tellers = {f.name: sentence(f, words) for f in ours}
        return cls({**dict(_of_pairs(words, money or Money())), **tellers}, usuals)

    def usual(self, name: str, row: Row) -> float:
        """What is usual for the customer with this row of features; NaN where nothing is."""
        usual = self.usuals.get(name)
        return nan if usual is None else usual(row)

    def text(self, name: str, value: float, usual: float = nan) -> str:
        """A feature's value in a sentence."""
        return self.tellers[name](value, usual)


def _of_pairs(words: Words, money: Money) -> Iterator[tuple[str, Tell]]:
    for name, unit in PAIR_UNITS.items():
        figure, scale = words.figures[unit], 10**money.minor_units if unit == "money" else 1
        tell = words.counted(name, figure, unknown=words.texts.get(f"{name}.unknown", ""))
        yield name, _scaled(tell, scale)


def _scaled(tell: Tell, scale: int) -> Tell:
    return tell if scale == 1 else lambda value, usual: tell(value / scale, usual)
