"""What rules ask of one person that insights declare: the segments that they are in, how they fared in journeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from features.config.settings import Settings
from features.evaluate.online.record import Record
from features.language.rules.evaluate import MISSING, Cell, Evaluate, Read
from features.language.rules.types import Names
from insights.journeys.journey import Journey
from insights.segments.columns.percentiles import percentile, ranked_name
from insights.segments.files import percentile_tables, version_of
from insights.segments.person.outcomes import outcomes_of_record
from insights.segments.rules import compiled, folder_of, journeys_in, rules_of


@dataclass(frozen=True)
class Segmentation:
    """By name the ``segments``, each a function of what rules read, and the ``journeys``; the ``folder`` of columns."""

    segments: Mapping[str, Evaluate] = field(default_factory=dict)
    journeys: Mapping[str, Journey] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def of(cls, settings: Settings, names: Names) -> Self:
        """As they are declared, for rules that may use these names."""
        return cls(
            compiled(rules_of(settings, names), timezone=settings.timezone), journeys_in(settings), folder_of(settings)
        )

    def percentile(self, name: str, read: Read) -> Cell:
        """What ``percentiles.name`` is of what rules read, by the tables of the last refresh; missing before one."""
        if self.folder is None:
            return MISSING
        tables = percentile_tables(self.folder, version_of(self.folder))
        whole = ranked_name(name, tables)
        cell = read(whole) if whole in tables else MISSING
        return Cell(float(percentile(tables[whole], np.array([cell.value]))[0])) if cell.known else MISSING

    def outcome(self, record: Record, name: str, *, as_of: int) -> str | float | None:
        """What ``journeys.name`` tells by a record at a moment (µs); None where they never came to the step."""
        journey, _, own = name.partition(".")
        found = outcomes_of_record(record, self.journeys[journey], as_of=as_of)
        return found.of_one(own, self.journeys[journey].names, as_of=as_of)
