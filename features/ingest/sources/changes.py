"""What is to be read in this build: the sources as they are now, beside what the lake was read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from features.config.settings import Settings, Source, names_of
from features.errors import StamkundError
from features.events.tables import Table
from features.ingest import reference_tables as small
from features.ingest.sources import databases
from features.ingest.sources.rows import Portion, files, is_database
from features.ingest.sources.watermark import Anew, File, Origin, Seen, basis_of, settings_of
from features.units import DAY


@dataclass(frozen=True)
class Changes:
    """The portions to read, by source in the settings' order, and the small tables that they make anew."""

    portions: Mapping[str, Portion]
    tables: frozenset[Table] = small.TABLES


def everything(settings: Settings) -> Changes:
    """All of every source."""
    return Changes({name: _whole(name, source) for name, source in settings.sources.items()})


def changed(settings: Settings, seen: Seen) -> Changes:
    """What of the sources the lake was not read from; raises :class:`Anew` when that is not enough.

    New files and rows are enough for events. Other tables are small: when anything of theirs changed, they are read
    whole.
    """
    if seen.basis != basis_of(settings):
        raise Anew("the currency, its minor units or the columns of the lake changed")
    now = everything(settings).portions
    tables = frozenset(table for table in small.TABLES if _differs(_of(now, table), seen.of(table)))
    portions = {name: portion for name, portion in now.items() if portion.source.table in tables}
    portions |= dict(_events(_of(now, "events"), seen))
    return Changes({name: portions[name] for name in now if name in portions}, tables)


def _of(portions: Mapping[str, Portion], table: Table) -> dict[str, Portion]:
    return {name: portion for name, portion in portions.items() if portion.source.table == table}


def _whole(name: str, source: Source) -> Portion:
    field = f"sources.{name}"
    if is_database(source, field):
        _check_since(source, field)
        return Portion(name, source, {}, Origin(source.table, settings_of(source, databases.shown(source, field))))
    tables = {key: files(origin, field=f"{field}.from") for key, origin in names_of(name, source.origin).items()}
    read = tuple(File.of(path) for paths in tables.values() for path in paths)
    return Portion(name, source, tables, Origin(source.table, settings_of(source, ""), read))


def _check_since(source: Source, field: str) -> None:
    if source.table == "events" and databases.reads_since(source) and "event_id" not in source.columns:
        msg = "A query with `:since` gives some rows twice: map their own id to `event_id`, so that each counts once."
        raise StamkundError("missing_column", msg, field=f"{field}.columns")


def _events(now: Mapping[str, Portion], seen: Seen) -> Iterator[tuple[str, Portion]]:
    earlier = seen.of("events")
    for name in earlier:
        if name not in now:
            raise Anew(f"the source {name} was taken away")
    if list(earlier) != [name for name in now if name in earlier]:
        raise Anew("the sources stand in another order")
    for name, whole in now.items():
        portion = _new(whole, earlier[name], seen) if name in earlier else whole
        if portion is not None:
            yield name, portion


def _new(whole: Portion, earlier: Origin, seen: Seen) -> Portion | None:
    """What is new of a source of events; None when nothing is."""
    name, source = whole.name, whole.source
    if whole.now.settings != earlier.settings:
        raise Anew(f"the settings of {name} changed")
    if not whole.tables:
        if not databases.reads_since(source):
            raise Anew(f"the query of {name} does not say what is new (`:since`)")
        return Portion(name, source, {}, whole.now, earlier, since=max(0, seen.at - DAY))
    if whole.now.files == earlier.files:
        return None
    now = set(whole.now.files)
    for file in earlier.files:
        if file not in now:
            raise Anew(f"{file.path} {'changed' if Path(file.path).is_file() else 'is gone'}")
    if source.query is not None:
        raise Anew(f"there are new files for the query of {name}")
    new = [Path(file.path) for file in whole.now.files if file not in set(earlier.files)]
    behind = whole.now.files[: len(earlier.files)] == earlier.files
    return Portion(name, source, {name: new}, whole.now, earlier, behind=behind)


def _differs(now: Mapping[str, Portion], earlier: Mapping[str, Origin]) -> bool:
    """Whether a small table's sources, their settings or files are not what they were; databases always may be."""
    if list(now) != list(earlier) or any(not portion.tables for portion in now.values()):
        return True
    return any((p.now.settings, p.now.files) != (earlier[n].settings, earlier[n].files) for n, p in now.items())
