"""What is to be read in this build: the sources as they are now, compared with the watermarks of the lake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from features.config.locations import expand, is_url
from features.config.query import names_of
from features.config.settings import Settings
from features.config.source import Source
from features.errors import StamkundError
from features.events.tables import REFERENCE_TABLES, Table
from features.ingest.sources import databases
from features.ingest.sources.files import find_files
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import (
    FileState,
    FullReadNeeded,
    SourceWatermark,
    Watermarks,
    basis_of,
    settings_fingerprint,
)
from features.units import DAY

Portions = Mapping[str, Portion]
SourceWatermarks = Mapping[str, SourceWatermark]


@dataclass(frozen=True)
class Changes:
    """The portions to read, by source in the settings' order, and the reference tables that they replace."""

    portions: Portions
    tables: frozenset[Table] = REFERENCE_TABLES


def everything(settings: Settings) -> Changes:
    """All of every source."""
    return Changes({name: _whole(name, source, settings.folder) for name, source in settings.sources.items()})


def changes_since(settings: Settings, watermarks: Watermarks) -> Changes:
    """What the lake was not read from; raises :class:`FullReadNeeded` when that is not enough.

    New files and rows are enough for events. Reference tables are small: when anything of one changed, its sources are
    read whole.
    """
    if watermarks.basis != basis_of(settings):
        raise FullReadNeeded("the currency, its minor units or the columns of the lake changed")
    present = everything(settings).portions
    tables = frozenset(table for table in REFERENCE_TABLES if _differ(_of(present, table), watermarks.of(table)))
    portions = {name: portion for name, portion in present.items() if portion.source.table in tables}
    portions |= dict(_event_portions(_of(present, "events"), watermarks))
    return Changes({name: portions[name] for name in present if name in portions}, tables)


def _of(portions: Portions, table: Table) -> dict[str, Portion]:
    return {name: portion for name, portion in portions.items() if portion.source.table == table}


def _whole(name: str, source: Source, folder: Path) -> Portion:
    field = f"sources.{name}"
    if isinstance(source.origin, str) and is_url(expand(source.origin, field=f"{field}.from")):
        _check_since(source, field)
        fingerprint = settings_fingerprint(source, databases.display_url(source, field), folder)
        return Portion(name, source, {}, SourceWatermark(source.table, fingerprint))
    tables = {key: find_files(origin, field=f"{field}.from") for key, origin in names_of(name, source.origin).items()}
    states = tuple(FileState.of(path, folder) for paths in tables.values() for path in paths)
    return Portion(
        name, source, tables, SourceWatermark(source.table, settings_fingerprint(source, "", folder), states)
    )


def _check_since(source: Source, field: str) -> None:
    if source.table == "events" and databases.reads_since(source) and "event_id" not in source.columns:
        msg = "A query with `:since` gives some rows twice: map their own id to `event_id`, so that each counts once."
        raise StamkundError("missing_column", msg, field=f"{field}.columns")


def _event_portions(present: Portions, watermarks: Watermarks) -> Iterator[tuple[str, Portion]]:
    previous = watermarks.of("events")
    for name in previous:
        if name not in present:
            raise FullReadNeeded(f"the source {name} was taken away")
    if list(previous) != [name for name in present if name in previous]:
        raise FullReadNeeded("the sources stand in another order")
    for name, whole in present.items():
        portion = _new_portion(whole, previous[name], watermarks) if name in previous else whole
        if portion is not None:
            yield name, portion


def _new_portion(whole: Portion, previous: SourceWatermark, watermarks: Watermarks) -> Portion | None:
    """What is new of a source of events; None when nothing is."""
    name, source = whole.name, whole.source
    if whole.watermark.settings != previous.settings:
        raise FullReadNeeded(f"the settings of {name} changed")
    if whole.is_database:
        if not databases.reads_since(source):
            raise FullReadNeeded(f"the query of {name} does not say what is new (`:since`)")
        since = max(0, watermarks.started_at - DAY)
        return Portion(name, source, {}, whole.watermark, previous, since=since)
    return _new_files(whole, previous)


def _new_files(whole: Portion, previous: SourceWatermark) -> Portion | None:
    files = whole.watermark.files
    if files == previous.files:
        return None
    present, names, read = set(files), {file.path for file in files}, set(previous.files)
    for file in previous.files:
        if file not in present:
            raise FullReadNeeded(f"{file.path} {'changed' if file.path in names else 'is gone'}")
    if whole.source.query is not None:
        raise FullReadNeeded(f"there are new files for the query of {whole.name}")
    new = [path for path, file in zip(whole.tables[whole.name], files, strict=True) if file not in read]
    in_order = files[: len(previous.files)] == previous.files
    return Portion(whole.name, whole.source, {whole.name: new}, whole.watermark, previous, in_order=in_order)


def _differ(present: Portions, previous: SourceWatermarks) -> bool:
    """Whether a table's sources, their settings or files are not the previous ones; databases always may differ."""
    if list(present) != list(previous) or any(portion.is_database for portion in present.values()):
        return True
    states = {name: (p.watermark.settings, p.watermark.files) for name, p in present.items()}
    return any(states[name] != (mark.settings, mark.files) for name, mark in previous.items())
