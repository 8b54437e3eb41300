"""Which canonical columns a source may fill, and which it must."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from features.config.sections.consent import ConsentSettings
from features.errors import StamkundError
from features.events.tables import COLUMNS, FILLED, NEEDED, WITH_MORE, Table


def check_columns(table: Table, columns: Collection[str], *, kind: str | None) -> None:
    """Refuse what a source of a table cannot fill, and one that lacks what its rows mean nothing without."""
    mistakes = list(_mistakes(table, columns, kind))
    if mistakes:
        first, text = mistakes[0], " ".join(map(str, mistakes))
        raise StamkundError(first.code, text, field=first.field if len(mistakes) == 1 else "columns")


def check_signals(table: Table, signals: Collection[str]) -> None:
    """Refuse signals of consent where there are no events, and names that differ in the case of letters only."""
    if signals and table != "events":
        msg = f"`consents` are said at a moment, and {table} are none: make a source of its own, of the kind consent."
        raise StamkundError("unused_setting", msg, field="consents")
    if len({name.lower() for name in signals}) < len(signals):
        msg = "Two signals have one name but for the case of letters: name each once."
        raise StamkundError("bad_setting", msg, field="consents")


def check_known(signals: Collection[str], consent: ConsentSettings | None, *, field: str) -> None:
    """Refuse signals that the section of consent, where there is one, gives no meaning."""
    known = {} if consent is None else {**consent.granting, **consent.denying}
    for name in signals if consent is not None else ():
        if name not in known:
            raise StamkundError.unknown("unknown_signal", "signal or purpose of consent", name, known, field=field)


def _mistakes(table: Table, columns: Collection[str], kind: str | None) -> Iterator[StamkundError]:
    allowed = [name for name in COLUMNS[table] if table != "events" or name not in FILLED]
    if table == "events" and kind is not None and "kind" in columns:
        yield StamkundError("two_kinds", "Give `kind` once: as a constant or under columns.", field="columns.kind")
    for name in columns if table not in WITH_MORE else ():
        if name not in allowed:
            yield StamkundError.unknown("unknown_column", f"{table} column", name, allowed, field=f"columns.{name}")
    for name in [*NEEDED[table], *(["kind"] if table == "events" and kind is None else [])]:
        if name not in columns:
            extra = " (or as the source's constant `kind:`)" if name == "kind" else ""
            msg = f"A source of {table} needs the column `{name}` under columns{extra}."
            yield StamkundError("missing_column", msg, field="columns")
