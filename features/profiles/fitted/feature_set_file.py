"""The JSON file of a feature set: its format, and what to do about a file that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from features.errors import StamkundError
from features.events.columns import NUMBERS, TEXTS
from features.events.computed_columns import ALL_COLUMNS
from features.lake import first_problem
from features.language.feature import Feature

FORMAT = 5  # a set of another format is refused: `stamkund build --refit` derives it anew


@dataclass(frozen=True)
class FeatureSetFile:
    """What the file holds."""

    format: int
    fitted_at: int
    basis: str
    features: tuple[Feature, ...]
    timezone: str

    def dumps(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str | bytes, *, name: str) -> FeatureSetFile:
        """The content of a file's text.

        Raises :class:`StamkundError` ``feature_set_corrupt`` when the text is no feature set, and
        ``old_feature_set`` when it is one of another format. ``name`` tells the file in the message.
        """
        try:
            data = from_json(text)
        except ValueError as error:
            raise corrupt(name, f"It is not JSON: {error}") from None
        if isinstance(data, dict) and data.get("format") != FORMAT:
            raise _other_format(name, data.get("format", 1))
        try:
            content = _adapter().validate_json(text, strict=True)
        except ValidationError as error:
            raise corrupt(name, first_problem(error)) from None
        if problem := _unknown_column(content.features):
            raise corrupt(name, problem)
        return content


def _unknown_column(features: Sequence[Feature]) -> str:
    """Which feature reads a column that events do not have, if any."""
    for feature in features:
        measures = [term.measure for term in feature.terms]
        columns = {m.column for m in measures} | {condition.column for m in measures for condition in m.where}
        if unknown := sorted(columns - {*TEXTS, *NUMBERS, *ALL_COLUMNS}):
            return f"The feature {feature.name!r} reads {unknown[0]!r}, which is no column of events"
    return ""


@cache
def _adapter() -> TypeAdapter[FeatureSetFile]:
    return TypeAdapter(FeatureSetFile)


def corrupt(name: str, problem: str) -> StamkundError:
    """The error for a file that holds no feature set."""
    return StamkundError("feature_set_corrupt", file=name, problem=problem.rstrip("."))


def _other_format(name: str, version: object) -> StamkundError:
    return StamkundError("old_feature_set", file=name, format=version, own=FORMAT)
