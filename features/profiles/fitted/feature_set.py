"""A feature set: declared features, fitted on a company's events at a stated moment. It travels with every model."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from features.errors import StamkundError
from features.evaluate.online.terms.evaluator import RecordEvaluator
from features.evaluate.plan import Plan
from features.files import write_text
from features.language.feature import Feature
from features.profiles.fitted.feature_set_file import FORMAT, FeatureSetFile, corrupt


@dataclass(frozen=True)
class FeatureSet:
    """Declared features, the moment they were fitted at (µs), and a fingerprint of the settings (``basis``).

    ``timezone`` is the company's, whose days, weeks and evenings the features tell of.

    >>> from features.language.defaults import Vocabulary, default_features
    >>> fitted = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
    >>> FeatureSet.loads(fitted.dumps()) == fitted
    True
    """

    features: tuple[Feature, ...]
    fitted_at: int
    basis: str = ""
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        for name, count in Counter(name.casefold() for name in self.names).items():
            if count > 1:
                message = f"There are {count} features called '{name}'. Give each a name of its own, whatever its case."
                raise StamkundError("feature_exists", message, field=name)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The feature names, in the order of every vector."""
        return tuple(f.name for f in self.features)

    @cached_property
    def plan(self) -> Plan:
        """The features made ready to evaluate."""
        return Plan(self.features, self.timezone)

    @cached_property
    def online(self) -> RecordEvaluator:
        """The evaluator of single records."""
        return RecordEvaluator(self.plan)

    @cached_property
    def hash(self) -> str:
        """Sixteen hex digits that change when any declaration does."""
        return hashlib.sha256(self.dumps().encode()).hexdigest()[:16]

    def feature(self, name: str) -> Feature:
        """The feature of that name."""
        for feature in self.features:
            if feature.name == name:
                return feature
        raise StamkundError.unknown("unknown_feature", "feature", name, self.names)

    def adding(self, features: Iterable[Feature]) -> Self:
        """The set with more features behind its own.

        Raises :class:`StamkundError` ``feature_exists`` for a name that is in the set.
        """
        return replace(self, features=(*self.features, *features))

    def beside(self, other: Self) -> tuple[Self, tuple[str, ...]]:
        """This set, and behind its own features those of another set that it does not hold, under names of their own.

        Beside it what the other set calls each feature; "" for those it does not have. Raises :class:`StamkundError`
        ``other_timezone``: days and evenings of two time zones cannot be told together.

        >>> from features.language.defaults import Vocabulary, default_features
        >>> whole = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
        >>> fewer = FeatureSet(whole.features[1:], fitted_at=0)
        >>> both, names = fewer.beside(whole)
        >>> len(both.names) == len(whole.names), names[0] == fewer.names[0], names[-1] == whole.names[0]
        (True, True, True)
        """
        if other.timezone != self.timezone:
            text = f"Features of the time zone {other.timezone} cannot be told beside those of {self.timezone}."
            raise StamkundError("other_timezone", text, field="timezone")
        own, called, behind = {f.name: f for f in self.features}, dict[str, str](), list[Feature]()
        for feature in sorted(other.features, key=lambda each: bool(each.inputs)):  # what others read comes first
            same = replace(feature, inputs=tuple(called[name] for name in feature.inputs))
            if own.get(feature.name) != same:
                same = replace(same, name=f"{feature.name}@{other.hash}")
                behind.append(same)
            called[feature.name] = same.name
        both, name_of = self.adding(behind), {ours: theirs for theirs, ours in called.items()}
        return both, tuple(name_of.get(name, "") for name in both.names)

    def dumps(self) -> str:
        """The set as JSON."""
        return FeatureSetFile(FORMAT, self.fitted_at, self.basis, self.features, self.timezone).dumps()

    @classmethod
    def loads(cls, text: str | bytes, *, name: str = "that was given") -> Self:
        """The set that :meth:`dumps` wrote; ``name`` tells in messages where the text is from.

        Raises :class:`StamkundError` ``feature_set_corrupt`` or ``old_feature_set``.
        """
        file = FeatureSetFile.loads(text, name=name)
        try:
            return cls(file.features, file.fitted_at, file.basis, file.timezone)
        except StamkundError as error:
            raise corrupt(name, str(error)) from None

    def save(self, path: Path) -> None:
        """Write the set, whole or not at all."""
        write_text(path, self.dumps())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a set.

        Raises :class:`StamkundError` ``no_feature_set``, ``feature_set_corrupt`` or ``old_feature_set``.
        """
        if not path.is_file():
            raise StamkundError("no_feature_set", file=str(path))
        return cls.loads(path.read_bytes(), name=str(path))
