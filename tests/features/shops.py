"""A shop whose files and log grow, for the tests of builds that read only what is new."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.events.tables import schema
from features.ingest.guards import ACCEPTABLE
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.ingest.sources.watermark import LogWatermark
from features.lake import Lake
from tests.features.sourcing import settings_of

Cells = Sequence[str]
HEADS: dict[str, Cells] = {
    "named": ("event", "id", "time", "kind", "basket", "item", "amount", "seen"),
    "plain": ("event", "id", "time", "kind", "basket", "item", "amount", "seen"),
    "items": ("item", "group"),
    "people": ("id", "age"),
}
COLUMNS = {
    "id": "id", "time": "time", "kind": "kind", "order_id": "basket", "item_id": "item", "value": "amount * 1",
    "received_at": "seen",
}  # fmt: skip


@dataclass
class Shop:
    """A folder of CSV files for each source, and a log: ``named`` events have ids of their own, ``plain`` ones none."""

    folder: Path
    log: list[dict[str, object]] = field(default_factory=list)
    log_id: str = "first"

    @classmethod
    def open(cls, folder: Path) -> Shop:
        """One with a file in each source."""
        shop = cls(folder)
        first = ("", "1", "2017-01-02", "order", "o1", "x", "2.5", "")
        for source, row in (("named", first), ("plain", first), ("items", ("x", "Fruit")), ("people", ("1", "30"))):
            shop.write(source, "0", row)
        return shop

    def settings(self, home: str = "home", **more: object) -> Settings:
        """The settings that read it into a home."""
        sources: dict[str, dict[str, object]] = {
            "named": {"columns": {"event_id": "event", **COLUMNS}},
            "plain": {"columns": COLUMNS},
            "items": {"table": "items", "columns": {"item_id": "item", "category": "group"}},
            "people": {"table": "customers", "columns": {"customer_id": "id", "age": "age"}},
        }
        located = {name: {"from": name, **source} for name, source in sources.items()}
        return settings_of(self.folder, **located).model_copy(update={"home": self.folder / home, **more})

    def write(self, source: str, name: str, *rows: Cells) -> Path:
        """One more file of a source."""
        path = self.folder / source / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADS[source], *rows])
        return path

    def touch(self, source: str, name: str) -> None:
        """Give a file of a source another modification time."""
        os.utime(self.folder / source / f"{name}.csv", ns=(1, 1))

    def receive(self, event_id: str, **event: object) -> None:
        """One more event over HTTP; one whose id is in the log changes nothing."""
        first = {"event_id": event_id, "id_type": "user_id", "fragment": event["id"], "kind": "order", "value": 5}
        if event_id not in [each["event_id"] for each in self.log]:
            self.log.append(first | event)

    def visit(self, *event_ids: str) -> None:
        """Visits of customer 2 over HTTP, on 2017-01-31."""
        for event_id in event_ids:
            self.receive(event_id, id="2", kind="visit", time=1_485_860_400_000_000)

    def switch_log(self, log_id: str) -> None:
        """Another log, with nothing in it yet."""
        self.log_id, self.log = log_id, []

    def log_after(self, number: int) -> tuple[pl.DataFrame, LogWatermark]:
        """The log after a numbered event."""
        events = pl.DataFrame(self.log[number:], schema=schema("events"), orient="row")
        return events, LogWatermark(self.log_id, len(self.log))

    def ingest(self, home: str = "home") -> IngestReport:
        """Read what is new for a home; all, when it is a new one. Whatever it is like, the guards accept it."""
        return ingest(self.settings(home), log=self.log_after, accept=ACCEPTABLE)

    def lake(self, home: str = "home") -> Lake:
        """The lake of a home."""
        return Lake(self.settings(home).lake)

    def events(self, home: str = "home") -> pl.DataFrame:
        """The events of a home's lake."""
        return self.lake(home).scan("events").collect()

    def http_ids(self) -> list[str]:
        """The ids of the events in the lake that came over HTTP."""
        return sorted(self.events().filter(source="http")["event_id"])


UNCHANGED = dict.fromkeys(("named", "plain", "items", "people", "http"), "unchanged")


def scopes(report: IngestReport) -> dict[str, str]:
    """What was read of each source."""
    return {source.name: source.scope for source in report.sources}


def order_row(event: str = "", id: str = "1", time: str = "2017-01-31", basket: str = "", item: str = "x") -> Cells:  # noqa: A002
    """A row of ``named`` or ``plain``."""
    return event, id, time, "order", basket, item, "1", ""
