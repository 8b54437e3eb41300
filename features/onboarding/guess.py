"""A first ``stamkund.yaml`` from the files someone has: what their columns seem to mean, and where that is unsure."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from features import sql
from features.errors import StamkundError
from features.events.tables import COLUMNS, Role, Table
from features.ingest.sources.files import find_files
from features.onboarding.proposal import Guess, written
from features.onboarding.samples import Column, readable, sample, shape, spread
from features.onboarding.synonyms import COLUMN_NAMES, KIND_WORDS, TIME_NAMES

Columns = Mapping[str, Column]
_WANTED: Mapping[Role, str] = {"amount": "an amount", "number": "a number", "time": "a time"}


def guess(paths: Sequence[Path], *, home: Path = Path()) -> str:
    """A commented ``stamkund.yaml`` for these files and folders; what it could not tell stands in its comments.

    ``home`` is the folder that it is meant for. A folder whose files have the same columns is one source.
    """
    if not paths:
        msg = "Name the files to look at: stamkund init orders.csv customers.csv"
        raise StamkundError("no_files", msg)
    return written([found for path in paths for found in _looks(path)], home)


def look(place: Path, held: Sequence[Path]) -> Guess:
    """What a file seems to hold, or a folder of files of one shape, from names and values of its columns."""
    with duckdb.connect() as connection:
        types = sample(connection, held)
        notes = _looked_at(connection, held)
        table = _table(types)
        if table is None:
            return Guess(place, held, None, {}, None, _strange(types), tuple(types), notes)
        columns = _columns(table, types)
        kind, unsure = _kind([place, *held], table, columns, types)
        unsure += _doubts(connection, table, columns, types)
        currencies = _currencies(connection, columns.get("currency"))
    named = {column.lower() for column in columns.values()}
    unused = [name for name in types if name.lower() not in named]
    return Guess(place, held, table, columns, kind, unsure, unused, notes, currencies)


def _looks(path: Path) -> list[Guess]:
    held = find_files(str(path), field="init")
    if not path.is_dir():
        return [look(file, [file]) for file in held]
    if len({shape(file) for file in held}) == 1:
        return [look(path, held)]
    first, *rest = [look(file, [file]) for file in held]
    note = (
        f"The files in {path} have different columns, so each is a source, and files that come later are not read: "
        "give those with the same columns a folder of their own."
    )
    return [replace(first, notes=[note, *first.notes]), *rest]


def _looked_at(connection: duckdb.DuckDBPyConnection, held: Sequence[Path]) -> list[str]:
    if len(held) == 1:
        return []
    rows = _count(connection, "count(*)")
    return [f"{len(held)} files with the same columns, guessed from {rows:,} rows of {len(spread(held))} of them"]


def _plain(name: str) -> str:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _find(names: Sequence[str], types: Columns) -> str | None:
    plain = {_plain(column): column for column in types}
    return next((plain[name] for name in names if name in plain), None)


def _moment(types: Columns) -> str | None:
    """The column that tells when: by its name, best with times in it, else the only one with times."""
    times = {name: column for name, column in types.items() if column.values and column.reads("time")}
    only = next(iter(times)) if len(times) == 1 else None
    return _find(TIME_NAMES, times) or _find(TIME_NAMES, types) or only


def _table(types: Columns) -> Table | None:
    known = {
        table: {column: _find(names, types) for column, names in COLUMN_NAMES[table].items()} for table in COLUMN_NAMES
    }
    if known["offers"]["starts"] and known["offers"]["ends"] and known["offers"]["offer_id"]:
        return "offers"
    if known["events"]["id"] and _moment(types):
        return "events"
    if known["events"]["id"] and not known["events"]["item_id"] and not known["events"]["campaign_id"]:
        return "customers"
    if known["events"]["item_id"] and not known["events"]["id"] and not known["events"]["campaign_id"]:
        return "items"
    return None


def _columns(table: Table, types: Columns) -> dict[str, str]:
    found = {column: _find(names, types) for column, names in COLUMN_NAMES[table].items()}
    if table == "events":
        found["time"] = _moment(types)
    columns = {column: name for column, name in found.items() if name}
    if table == "customers":
        columns |= {_plain(name): name for name in types if name not in columns.values()}
    return {column: name for column, name in columns.items() if _fits(types[name], COLUMNS[table].get(column, "text"))}


def _fits(column: Column, role: Role) -> bool:
    return role not in {"amount", "number"} or column.reads(role)


def _kind(
    places: Sequence[Path], table: Table, columns: Mapping[str, str], types: Columns
) -> tuple[str | None, list[str]]:
    """What happened in the rows, by the name of their folder, else of their file."""
    if table != "events" or "kind" in columns:
        return None, []
    for told in [_plain(place.resolve().name) for place in places]:
        for kind, words in KIND_WORDS.items():
            if any(word in told for word in words):
                return kind, []
    if {"order_id", "value"} & set(columns):
        return "order", ["the kind: its rows seem to be orders, because they have an order or an amount"]
    return "visit", [f"the kind: nothing in {', '.join(types)} tells what its rows are; order, view, contact, …?"]


def _doubts(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Mapping[str, str], types: Columns
) -> list[str]:
    """What the values say against the guess."""
    doubts = [*_odd(table, columns, types), *_left_out(table, columns, types)]
    if table == "events":
        doubts += _time_doubts(columns["time"], types[columns["time"]])
    else:
        key = columns[{"items": "item_id", "customers": "customer_id", "offers": "offer_id"}[table]]
        repeated = _count(connection, f"count(*) - count(DISTINCT {sql.name(key)})")
        if repeated:
            doubts.append(f"the key: {repeated} rows repeat a {key} or have none, and would be rejected")
    if table == "events" and "value" in columns:
        amount = readable(columns["value"], types[columns["value"]], "amount")
        negative = _count(connection, f"count(*) FILTER ({amount} < 0)")
        if negative:
            doubts.append(f"the amounts: {negative} are negative; returns need the kind refund, or they are rejected")
    return doubts


def _odd(table: Table, columns: Mapping[str, str], types: Columns) -> Iterator[str]:
    """Values that are not what nearly all of their column are."""
    for column, name in columns.items():
        role = COLUMNS[table].get(column, "text")
        if role in _WANTED and types[name].reads(role) and types[name].odd(role):
            many = f"{types[name].odd(role):,} of {types[name].values:,} values of {name}"
            yield f"the {column}: {many} cannot be read as {_WANTED[role]}; their rows would be rejected"


def _left_out(table: Table, columns: Mapping[str, str], types: Columns) -> Iterator[str]:
    """Columns whose name says an amount or a number, and whose values do not."""
    for column, names in COLUMN_NAMES[table].items():
        role, name = COLUMNS[table].get(column, "text"), _find(names, types)
        if name and column not in columns and role in _WANTED:
            many = f"only {types[name].readable[role]:,} of {types[name].values:,} values of {name}"
            yield f"the {column}: {many} can be read as {_WANTED[role]}, so it is left out"


def _time_doubts(name: str, time: Column) -> Iterator[str]:
    if not time.reads("time"):
        if time.values and time.reads("number"):
            yield "the time: it is a number; turn it into one, e.g. to_timestamp(seconds)"
        else:
            known = f"only {time.readable['time']:,} of {time.values:,} values of {name} can be read as one"
            yield f"the time: {known}; turn them into times, e.g. strptime({sql.name(name)}, '%d.%m.%Y')"
    elif time.days == time.readable["time"] > 0:
        yield "the time: only the day is known, so its rows count from the end of that day"
    elif time.zoned < time.readable["time"]:
        yield "the time zone: its times name none, so UTC is assumed"


def _count(connection: duckdb.DuckDBPyConnection, counted: str) -> int:
    found = connection.execute(f"SELECT {counted} FROM rows").fetchone()
    return int(found[0]) if found else 0


def _currencies(connection: duckdb.DuckDBPyConnection, name: str | None) -> dict[str, int]:
    """How many rows name which currency."""
    if name is None:
        return {}
    code = f"upper(trim(CAST({sql.name(name)} AS VARCHAR)))"
    query = f"SELECT {code}, count(*) FROM rows WHERE regexp_full_match({code}, '[A-Z]{{3}}') GROUP BY ALL ORDER BY ALL"
    return {str(code): int(count) for code, count in connection.execute(query).fetchall()}


def _strange(types: Columns) -> list[str]:
    return [f"neither a customer and a time, nor a key of items, customers or offers is among {', '.join(types)}"]
