"""A first ``stamkund.yaml`` from the files someone has: what their columns seem to mean, and where that is unsure."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from features import sql
from features.errors import StamkundError
from features.schema import Table
from features.sources import files, scan
from features.synonyms import COLUMN_NAMES, KIND_WORDS, TIME_NAMES


@dataclass(frozen=True)
class Guess:
    """What a file seems to hold, and what of that is unsure."""

    file: Path
    table: Table | None
    columns: Mapping[str, str]
    kind: str | None
    unsure: Sequence[str]
    unused: Sequence[str]


def guess(paths: Sequence[Path]) -> str:
    """A commented ``stamkund.yaml`` for these files; what it could not tell stands in its comments."""
    if not paths:
        msg = "Name the files to look at: stamkund init orders.csv customers.csv"
        raise StamkundError("no_files", msg)
    guesses = [look(found) for path in paths for found in files(str(path), field="init")]
    return _written(guesses)


def look(file: Path) -> Guess:
    """What one file seems to hold, from the names and types of its columns and from its values."""
    with duckdb.connect() as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan([file])}").fetchall()
        types = {str(row[0]): str(row[1]) for row in described}
        table = _table(types)
        if table is None:
            return Guess(file, None, {}, None, _strange(types), tuple(types))
        columns = _columns(table, types)
        kind, unsure = _kind(file, table, columns, types)
        unsure += _doubts(connection, file, table, columns, types)
    named = {column.lower() for column in columns.values()}
    return Guess(file, table, columns, kind, unsure, [name for name in types if name.lower() not in named])


def _numeric(type_: str) -> bool:
    return re.search("INT|DOUBLE|FLOAT|DECIMAL", type_) is not None


def _plain(name: str) -> str:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _find(names: Sequence[str], types: Mapping[str, str]) -> str | None:
    plain = {_plain(column): column for column in types}
    return next((plain[name] for name in names if name in plain), None)


def _moment(types: Mapping[str, str]) -> str | None:
    """The column that tells when: by its name, else the only one whose type is a time."""
    named = _find(TIME_NAMES, types)
    timed = [column for column, type_ in types.items() if type_.startswith(("TIMESTAMP", "DATE"))]
    return named or (timed[0] if len(timed) == 1 else None)


def _table(types: Mapping[str, str]) -> Table | None:
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


def _columns(table: Table, types: Mapping[str, str]) -> dict[str, str]:
    found = {column: _find(names, types) for column, names in COLUMN_NAMES[table].items()}
    if table == "events":
        found["time"] = _moment(types)
    columns = {column: name for column, name in found.items() if name}
    if table == "customers":
        columns |= {_plain(name): name for name in types if name not in columns.values()}
    numbers = {"quantity", "value", "discount", "price", "cost", "rating"}
    return {
        column: name
        for column, name in columns.items()
        if column not in numbers or _numeric(types[name]) or table == "customers"
    }


def _kind(
    file: Path, table: Table, columns: Mapping[str, str], types: Mapping[str, str]
) -> tuple[str | None, list[str]]:
    if table != "events" or "kind" in columns:
        return None, []
    told = _plain(file.name)
    for kind, words in KIND_WORDS.items():
        if any(word in told for word in words):
            return kind, []
    if {"order_id", "value"} & set(columns):
        return "order", ["the kind: its rows seem to be orders, because they have an order or an amount"]
    return "visit", [f"the kind: nothing in {', '.join(types)} tells what its rows are; order, view, contact, …?"]


def _doubts(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    table: Table,
    columns: Mapping[str, str],
    types: Mapping[str, str],
) -> list[str]:
    """What the values say against the guess."""
    doubts = []
    if table == "events" and types[columns["time"]].startswith("TIMESTAMP") and "ZONE" not in types[columns["time"]]:
        doubts.append("the time zone: its times name none, so UTC is assumed")
    if table == "events" and types[columns["time"]] == "DATE":
        doubts.append("the time: only the day is known, so its rows count from the end of that day")
    if table == "events" and _numeric(types[columns["time"]]):
        doubts.append("the time: it is a number; turn it into one, e.g. to_timestamp(seconds)")
    key = columns[{"items": "item_id", "customers": "customer_id", "offers": "offer_id"}.get(table, "id")]
    if table != "events":
        counted = connection.execute(
            f"SELECT count(*) - count(DISTINCT {sql.name(key)}) FROM {scan([file])}"
        ).fetchone()
        if counted and counted[0]:
            doubts.append(f"the key: {counted[0]} rows repeat a {key} or have none, and would be rejected")
    if table == "events" and "value" in columns:
        query = f"SELECT count(*) FROM {scan([file])} WHERE {sql.name(columns['value'])} < 0"
        counted = connection.execute(query).fetchone()
        if counted and counted[0]:
            doubts.append(f"the amounts: {counted[0]} are negative; returns need the kind refund, or they are rejected")
    return doubts


def _strange(types: Mapping[str, str]) -> list[str]:
    return [f"neither a customer and a time, nor a key of items, customers or offers is among {', '.join(types)}"]


def _written(guesses: Sequence[Guess]) -> str:
    lines = [
        "# A first guess: read it, mend it, then run `stamkund build`.",
        "# `columns` maps canonical columns to yours: a column's name, or an SQL expression over several.",
        "",
        f"name: {_scalar(guesses[0].file.resolve().parent.name or 'My customers')}",
        "currency: USD   # unsure: the currency of all amounts",
        "",
        "sources:" if any(each.table for each in guesses) else "sources: {}",
    ]
    taken: set[str] = set()
    for each in guesses:
        lines += _source(each, taken)
    if any(each.kind == "order" for each in guesses):
        lines += [
            "",
            "targets:",
            "  # Bought within 56 days: nothing in the next 28? Bought within 84 days: how much in the next 84?",
            "  lapse: {type: lapse, event: order, horizon: 28d, active: 56d}",
            "  spend: {type: spend, event: order, horizon: 84d, active: 84d}",
        ]
    return "\n".join(lines) + "\n"


def _source(each: Guess, taken: set[str]) -> list[str]:
    stem = re.sub(r"\W+", "_", each.file.name.split(".")[0]).strip("_") or "rows"
    name = stem if not stem[0].isdigit() and stem != "http" else f"_{stem}"
    while name in taken:
        name += "_2"
    taken.add(name)
    unsure = [f"  # unsure of {doubt}" for doubt in each.unsure]
    if each.table is None:
        return ["", f"  # {each.file.name} is left out:", *unsure]
    kind = [f"    kind: {each.kind}"] if each.kind else []
    unused = [f"    # not used: {', '.join(each.unused)}".replace("\n", " ")] if each.unused else []
    return [
        "",
        *unsure,
        f"  {name}:",
        f"    table: {each.table}",
        *kind,
        f"    from: {_scalar(str(each.file.resolve()))}",
        "    columns:",
        *(f"      {_scalar(column)}: {_scalar(source)}" for column, source in each.columns.items()),
        *unused,
    ]


def _scalar(text: str) -> str:
    """The text as a YAML scalar, quoted where it must be."""
    words = {"y", "n", "yes", "no", "on", "off", "null", "true", "false"}
    plain = re.fullmatch(r"[A-Za-z_/][\w./-]*", text) and text.lower() not in words
    return text if plain else "'" + text.replace("'", "''") + "'"
