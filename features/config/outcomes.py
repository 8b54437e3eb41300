"""Targets that are columns of a table: the columns are there, and no feature is made of what is to be predicted."""

from __future__ import annotations

from collections.abc import Mapping

from features.config.sections.targets.targets import OutcomeSettings, TargetSettings
from features.config.source import Source
from features.errors import StamkundError
from features.events.tables import KEYS


def check_outcomes(targets: Mapping[str, TargetSettings], sources: Mapping[str, Source]) -> None:
    """Refuse an outcome whose column, or one that it leaves out, no source of its table maps."""
    for name, target in targets.items():
        if isinstance(target, OutcomeSettings):
            known = _columns(target.table, sources)
            for key, column in (("column", target.column), *(("leave_out", each) for each in target.leave_out)):
                if column not in known:
                    what, field = f"column of {target.table}", f"targets.{name}.{key}"
                    raise StamkundError.unknown("unknown_column", what, column, known, field=field)


def outcome_columns(targets: Mapping[str, TargetSettings]) -> list[str]:
    """The columns that targets predict: known of the past, they are no features."""
    return sorted({target.column for target in targets.values() if isinstance(target, OutcomeSettings)})


def _columns(table: str, sources: Mapping[str, Source]) -> list[str]:
    own = (source for source in sources.values() if source.table == table)
    return [column for source in own for column in source.columns if column not in KEYS[source.table]]
