"""A small company in a folder of its own, and what its store, its records and its lake hold of what was sent to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl
import yaml

from features.config.settings import Settings, read_settings
from features.events.tables import HTTP
from features.lake import Lake
from serving.jobs.build import build_all
from serving.store.engine import open_store
from serving.store.event_log import log_frame
from serving.store.records import record_of

CUSTOMERS: Final = tuple(f"c{number}" for number in range(60))
ITEMS: Final = ("tea", "cake", "cup", "jam")
_KNOWN: Final = 40  # customers of the file; the others come over HTTP
_COLUMNS: Final = {
    "event_id": "row",
    "time": "time",
    "id": "who",
    "order_id": "row",
    "item_id": "item",
    "value": "paid",
}


def company(folder: Path, store: str | None = None, **serving: object) -> Path:
    """Its settings, built from one file of orders; ``store`` is a database URL, ``serving`` how it is served."""
    rows = [f"r{n},2024-05-{n % 28 + 1:02},c{n % _KNOWN},{ITEMS[n % 4]},4.50" for n in range(400)]
    folder.mkdir(parents=True)
    (folder / "orders.csv").write_text("\n".join(["row,time,who,item,paid", *rows]) + "\n", encoding="utf-8")
    orders = {"from": "orders.csv", "kind": "order", "columns": _COLUMNS}
    document = {"name": "Company", "currency": "USD", "sources": {"orders": orders}, "serving": serving}
    config = folder / "stamkund.yaml"
    config.write_text(yaml.safe_dump(document | ({"store": store} if store else {})), encoding="utf-8")
    settings = read_settings(config)
    build_all(settings, as_of=settings.now())
    return config


def kept(config: Path, sent: Sequence[str]) -> dict[str, float]:
    """How many acknowledged messages were lost, and how many events are held twice, in the worst of all places.

    The places are the log, the customers' records before a build and after it, and the lake that the build writes.
    """
    settings = read_settings(config)
    places = [_log(settings), _records(settings)]
    build_all(settings, as_of=settings.now())
    places += [_records(settings), _lake(settings)]
    lost = max(sum(id_ not in place for id_ in sent) for place in places)
    twice = max(sum(place.values()) - len(place) for place in places)
    return {"lost": float(lost), "duplicated": float(twice)}


def _log(settings: Settings) -> Counter[str]:
    store = open_store(settings.store_url)
    try:
        return Counter(log_frame(store)[0]["event_id"].to_list())
    finally:
        store.dispose()


def _records(settings: Settings) -> Counter[str]:
    store = open_store(settings.store_url)
    try:
        records = [record for customer in CUSTOMERS if (record := record_of(store, customer)) is not None]
    finally:
        store.dispose()
    return Counter(record.words["event_id"][code] for record in records for code in record.codes("event_id").tolist())


def _lake(settings: Settings) -> Counter[str]:
    events = Lake(settings.lake).scan("events").filter(pl.col("source") == HTTP)
    return Counter(events.select("event_id").collect().to_series().to_list())
