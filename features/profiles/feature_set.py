"""A feature set fitted on a company's events at a stated moment: what it holds travels with every model."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self, cast

from features.errors import StamkundError
from features.evaluate.online.evaluator import RecordEvaluator
from features.evaluate.plan import Plan
from features.files import write_text
from features.language.feature import Feature, Formula, Unit
from features.language.terms import Condition, Measure, Op, Span, Term

FORMAT = 4  # of the file; a set of another format is derived anew


@dataclass(frozen=True)
class FeatureSet:
    """Declared features, the moment they were fitted at, and what settings they were derived by (``basis``).

    >>> from features.language.defaults import Vocabulary, default_features
    >>> fitted = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
    >>> FeatureSet.loads(fitted.dumps()) == fitted
    True
    """

    features: tuple[Feature, ...]
    fitted_at: int
    basis: str = ""

    def __post_init__(self) -> None:
        for name, times in Counter(name.casefold() for name in self.names).items():
            if times > 1:
                message = f"There are {times} features called '{name}'. Give each a name of its own, whatever its case."
                raise StamkundError("feature_exists", message, field=name)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The feature names, in the order of every vector."""
        return tuple(f.name for f in self.features)

    @cached_property
    def plan(self) -> Plan:
        """The features made ready to evaluate."""
        return Plan(self.features)

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
        """The set with more features behind its own; a name that is taken is refused."""
        return replace(self, features=(*self.features, *features))

    def dumps(self) -> str:
        """The set as JSON."""
        features = [asdict(f) for f in self.features]
        return json.dumps({"format": FORMAT, "fitted_at": self.fitted_at, "basis": self.basis, "features": features})

    @classmethod
    def loads(cls, text: str) -> Self:
        """The set that :meth:`dumps` wrote."""
        data = json.loads(text)
        if data.get("format") != FORMAT:
            message = (
                f"This feature set has format {data.get('format', 1)}, and {FORMAT} is read here. "
                "Run `stamkund build --refit`, then `stamkund train`."
            )
            raise StamkundError("old_feature_set", message)
        return cls(tuple(_feature(f) for f in data["features"]), data["fitted_at"], data["basis"])

    def save(self, path: Path) -> None:
        """Write the set, whole or not at all."""
        write_text(path, self.dumps())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a set; without one, say how to make it."""
        if not path.exists():
            raise StamkundError("no_feature_set", f"No feature set at {path}. Run `stamkund build` first.")
        return cls.loads(path.read_text(encoding="utf-8"))


def _feature(data: dict[str, object]) -> Feature:
    terms = cast(list[dict[str, dict[str, object]]], data["terms"])
    return Feature(
        name=cast(str, data["name"]),
        formula=cast(Formula, data["formula"]),
        terms=tuple(Term(_measure(t["measure"]), Span(**cast(dict[str, int], t["span"]))) for t in terms),
        unit=cast(Unit, data["unit"]),
        text=cast(str, data["text"]),
        scale=cast(int, data["scale"]),
        attribute=cast(str, data["attribute"]),
        vocabulary=tuple(cast(list[str], data["vocabulary"])),
        parameters=tuple(cast(list[float], data["parameters"])),
        cuts=tuple(cast(list[float], data["cuts"])),
        inputs=tuple(cast(list[str], data["inputs"])),
    )


def _measure(data: dict[str, object]) -> Measure:
    where = tuple(_condition(c) for c in cast(list[dict[str, object]], data["where"]))
    return Measure(cast(Op, data["op"]), cast(str, data["column"]), where)


def _condition(data: dict[str, object]) -> Condition:
    return Condition(
        column=cast(str, data["column"]),
        values=tuple(cast(list[str], data["values"])),
        negated=cast(bool, data["negated"]),
        low=cast(int, data["low"]),
        high=cast(int, data["high"]),
    )
