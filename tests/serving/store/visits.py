"""Visits as canonical events, and what a store holds of them."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from features.evaluate.online.record import Record
from serving.store.engine import meta
from serving.store.event_log import append_events


def visit(event_id: str, time: int, customer: str | None = "1") -> dict[str, object]:
    fragment = customer or "anonymous_id:anon"
    return {"event_id": event_id, "fragment": fragment, "time": time, "kind": "visit", "id": customer or "anon"}


def append(store: Engine, events: list[dict[str, object]]) -> set[str]:
    return append_events(store, [[event] for event in events], received_at=9)


def ids(record: Record | None) -> list[object]:
    assert record is not None
    return [record.words["event_id"][code] for code in record.codes("event_id")]


def build_meta(store: Engine) -> dict[str, str]:
    return {key: value for key, value in meta(store).items() if key != "log"}
