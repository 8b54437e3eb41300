"""A shop of which one customer leaves a token in every field of every door."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import yaml

from features.config.settings import Settings, read_settings
from features.evaluate.online.record import Record
from features.moments import micros

TOKEN = "q7zv3"  # noqa: S105  (nobody's password: what is looked for)
WHO = f"id-{TOKEN}"
AMOUNT = 876_543.21
START, AS_OF = datetime(2024, 1, 1, 9), micros(datetime(2024, 4, 1))  # noqa: DTZ001
ORDER = {
    "event_id": "event_id", "id": "id", "time": "time", "order_id": "order_id", "item_id": "item_id",
    "category": "category", "channel": "channel", "campaign_id": "campaign_id", "offer_id": "offer_id",
    "session_id": "session_id", "text": "text", "value": "value", "quantity": "quantity",
}  # fmt: skip
SOURCES: dict[str, dict[str, object]] = {
    "orders": {"kind": "order", "columns": ORDER},
    "views": {"columns": {"id": "id", "time": "time", "kind": "kind", "category": "category"}},
    "people": {"table": "customers", "columns": {"customer_id": "id", "region": "region", "hobby": "hobby"}},
    "plans": {"table": "snapshots", "columns": {"customer_id": "id", "time": "time", "plan": "plan"}},
}


def written(folder: Path, **settings: object) -> Settings:
    """The shop's files and settings; 45 customers, the last of them with the token in every field."""
    people = [f"c{n:02}" for n in range(44)] + [WHO]
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in SOURCES}
    for n, who in enumerate(people):
        mark = TOKEN if who == WHO else ""
        for day in range(n % 7, 80, 9):
            at = START + timedelta(days=day)
            texts = {name: f"{name}-{n % 3}{mark}" for name in ORDER if name not in {"id", "time", "value", "quantity"}}
            own = {"id": who, "time": at, "value": AMOUNT if mark else 10 + n, "quantity": 1}
            rows["orders"].append({**texts, "event_id": f"o-{n}-{day}{mark}", "order_id": f"{n}-{day}{mark}", **own})
            rows["views"].append({"id": who, "time": at, "kind": f"view{mark}", "category": f"cat{mark or n % 2}"})
        rows["people"].append({"id": who, "region": "NS"[n % 2] + mark, "hobby": f"hobby{mark or n % 3}"})
        rows["plans"].append({"id": who, "time": START, "plan": f"plan{mark or n % 2}"})
    rows["orders"].append({**rows["orders"][-1], "event_id": f"bad{TOKEN}", "time": "who knows"})  # rejected, set aside
    write_tables(folder, rows)
    sources = {name: {**source, "from": f"{name}.csv"} for name, source in SOURCES.items()}
    document = {"name": "Shop", "sources": sources, **settings}
    (folder / "stamkund.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return read_settings(folder / "stamkund.yaml")


def write_tables(folder: Path, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """Each table as a CSV file of its name."""
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def places_with(token: str, home: Path) -> list[str]:
    """The files under a folder that hold a token, raw or decoded."""
    found = []
    for file in sorted(path for path in home.rglob("*") if path.is_file()):
        if token.encode() in file.read_bytes():
            found.append(f"{file.name}, raw")
        if file.suffix == ".db" and token in repr(records_in(file)):
            found.append(f"{file.name}, decoded")
        if file.suffix == ".parquet":
            frame = pl.read_parquet(file)
            text = frame.select(pl.all().cast(pl.String, strict=False)).write_csv()
            if token in text or str(round(AMOUNT * 100)) in text:
                found.append(f"{file.name}, decoded")
    return found


def records_in(file: Path) -> dict[str, Record]:
    """The records that a store holds, by their customers; none of another database."""
    return {who: Record.unpack(payload) for who, payload in _packed_in(file).items()}


def pieces_of_record(who: str, settings: Settings) -> list[bytes]:
    """The bytes of a customer's packed record, in pieces; those that others' records have too are left out."""
    packed = _packed_in(settings.home / "store.db")
    own, others = packed.pop(who), b" ".join(packed.values())
    pieces = (own[at : at + 16] for at in range(0, len(own) - 15, 16))
    return [piece for piece in pieces if piece not in others]


def _packed_in(file: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(file)) as store:
        if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'records'").fetchall():
            return {}
        return dict(store.execute("SELECT customer_id, payload FROM records"))
