"""What a source gives now beside what it gave before: files, rows, types, filled columns, rejected rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from features.config.source import Source
from features.ingest.guards.surprise import Surprise, refuse
from features.ingest.sources.column_types import mapped_columns
from features.ingest.sources.databases import reads_since
from features.ingest.sources.watermark import SourceWatermark

Watermarks = Mapping[str, SourceWatermark]
_NUMBERS: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINY", "USMALL", "UINT", "UBIG", "UHUGE")
_FRACTIONS: Final = ("FLOAT", "DOUBLE", "DECIMAL")
_FEWEST: Final = 3  # rows: fewer may be so by chance


def unusual(sources: Mapping[str, Source], now: Watermarks, before: Watermarks) -> Iterator[Surprise]:
    """Everything that is not as it was, of the sources that were read then and now."""
    for name in (each for each in now if each in before):
        yield from _gone_files(name, before[name], now[name])
        yield from compare(name, sources, before, now)


def check_files(now: Watermarks, before: Watermarks, accept: Collection[str]) -> None:
    """Refuse that files are gone which were read before, of the sources that are about to be read."""
    refuse((gone for name in now if name in before for gone in _gone_files(name, before[name], now[name])), accept)


def check_rows(sources: Mapping[str, Source], now: Watermarks, before: Watermarks, accept: Collection[str]) -> None:
    """Refuse what is not as it was in the rows of the sources that were read."""
    refuse((each for name in now if name in before for each in compare(name, sources, before, now)), accept)


def compare(name: str, sources: Mapping[str, Source], before: Watermarks, now: Watermarks) -> Iterator[Surprise]:
    """What is not as it was in the rows of a source whose settings are the same."""
    earlier, latest, source = before[name], now[name], sources[name]
    if earlier.settings != latest.settings or not earlier.rows:
        return
    if latest.whole and not reads_since(source) and 2 * latest.rows < earlier.rows:
        yield Surprise("fewer_rows", name, f"{latest.rows:,} rows, less than half of the {earlier.rows:,} before.")
    new = _new_rows(earlier, latest)
    yield from _changed_types(name, source, earlier, latest)
    yield from _empty_columns(name, earlier, new)
    yield from _more_rejected(name, earlier, new)


def _new_rows(before: SourceWatermark, now: SourceWatermark) -> SourceWatermark:
    """The counts of what was not there before; of all rows when those that were there may be others now."""
    added = not now.whole or (before.files and set(before.files) <= set(now.files))
    return now.since(before) if added and now.rows > before.rows else now


def _gone_files(name: str, before: SourceWatermark, now: SourceWatermark) -> Iterator[Surprise]:
    present = {file.path for file in now.files}
    gone = [file.path for file in before.files if file.path not in present]
    if gone and before.settings == now.settings:
        files = f"{', '.join(gone[:3])}{' …' if len(gone) > 3 else ''}"
        text = f"{len(gone)} of the {len(before.files)} files read before are gone, and their rows with them: {files}."
        yield Surprise("missing_file", name, text)


def _changed_types(name: str, source: Source, before: SourceWatermark, now: SourceWatermark) -> Iterator[Surprise]:
    for column in sorted(mapped_columns(source, now.columns)):
        earlier, type_ = before.columns.get(column), now.columns[column]
        if earlier is not None and _family(earlier) != _family(type_):
            yield Surprise("changed_type", name, f"the column {column} is {type_} now, and was {earlier}.")


def _empty_columns(name: str, before: SourceWatermark, new: SourceWatermark) -> Iterator[Surprise]:
    for column, count in before.filled.items():
        if count >= 0.9 * before.accepted and new.accepted >= _FEWEST and not new.filled.get(column):
            share = f"{count:,} of {before.accepted:,}"
            text = f"`{column}` is empty in all {new.accepted:,} new rows, and was filled in {share} before."
            yield Surprise("empty_column", name, text)


def _more_rejected(name: str, before: SourceWatermark, new: SourceWatermark) -> Iterator[Surprise]:
    share, share_before = (each.rejected / max(each.rows, 1) for each in (new, before))
    if new.rejected >= _FEWEST and share > max(0.5, share_before + 0.1):
        text = f"{new.rejected:,} of {new.rows:,} new rows are rejected, and {share_before:.0%} were before."
        yield Surprise("more_rejected", name, f"{text} `stamkund doctor` shows one of them.")


def _family(type_: str) -> str:
    """What values of a type are.

    >>> [_family(type_) for type_ in ("UBIGINT", "DECIMAL(9,2)", "VARCHAR", "TIMESTAMP_NS", "DATE", "UUID")]
    ['number', 'number', 'VARCHAR', 'TIMESTAMP', 'DATE', 'UUID']
    """
    if type_.startswith((*_NUMBERS, *_FRACTIONS)):
        return "number"
    return "TIMESTAMP" if type_.startswith("TIMESTAMP") else type_
