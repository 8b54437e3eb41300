"""What the store holds of people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.evaluate.online.record import Record
from features.events.identifiers import identifier
from features.moments import iso
from features.privacy.holding import UNTIL_ERASED, Holding, Rows, kept, shown
from features.units import DAY
from serving.decisions.log.reading import considered, made
from serving.store.decisions import catalogue_content, readable
from serving.store.people.households import household_of
from serving.store.rejections import rejections_of
from serving.store.tables.schema import CHOICES, DECISIONS, EVENT_LOG, HOUSEHOLDS, RECORDS, REJECTED


def holdings(settings: Settings, store: Engine) -> list[Holding]:
    """The holdings of a store."""
    place = store.url.render_as_string(hide_password=True)

    def rows(read: Callable[[Engine, Collection[str]], Rows]) -> Callable[[Collection[str]], Rows]:
        return lambda nodes: read(store, nodes)

    return [
        Holding(
            "received events", f"{place}, table {EVENT_LOG.name}", "Events as they came over HTTP.",
            "Builds read them; until then they move the records on.", kept(settings.privacy.keep),
            rows(partial(_log, settings.minor_units)),
        ),
        Holding(
            "rejected messages", f"{place}, table {REJECTED.name}", "Messages that were rejected, with the reason.",
            "So that their senders' mistakes can be found and mended.",
            f"{settings.privacy.rejected // DAY} days", rows(_rejected),
        ),
        Holding(
            "records", f"{place}, table {RECORDS.name}", "The events and attributes of each customer, in one record.",
            "Scores and decisions are computed from it within milliseconds.", UNTIL_ERASED, rows(_records),
        ),
        Holding(
            "decisions", f"{place}, table {DECISIONS.name}", "Offers that were chosen, what from, and with which odds.",
            "So that they can be explained and evaluated later.", UNTIL_ERASED, rows(_decisions),
        ),
        Holding(
            "choices", f"{place}, table {CHOICES.name}", "What decisions chose for each person, or held back.",
            "Caps count it, and builds read it as events.", "until a build has read it and no cap counts it",
            rows(_choices),
        ),
        Holding(
            "households", f"{place}, table {HOUSEHOLDS.name}", "In which household each customer lives, by a hash of "
            "the attributes that its people share.", "Profiles tell how many people it holds.", UNTIL_ERASED,
            rows(_households),
        ),
        Holding(
            "tombstones", f"{place}, tables tombstones and erasures", "Keyed hashes of erased people's identifiers "
            "(pseudonyms), when they were erased, and receipts of counts.",
            "So that the erased do not come back with old files; proof of the erasure.", "as you decide",
        ),
    ]  # fmt: skip


def _log(decimals: int, store: Engine, nodes: Collection[str]) -> Rows:
    query = sa.select(EVENT_LOG.c.event).where(EVENT_LOG.c.fragment.in_(nodes)).order_by(EVENT_LOG.c.seq)
    with store.connect() as connection:
        return [shown("events", orjson.loads(event), decimals) for event in connection.execute(query).scalars()]


def _rejected(store: Engine, nodes: Collection[str]) -> Rows:
    shown = ("received_at", "code", "text", "field", "message_id", "message")
    with store.connect() as connection:
        numbers = [number for number, _ in rejections_of(connection, nodes)]
        query = sa.select(REJECTED).where(REJECTED.c.number.in_(numbers)).order_by(REJECTED.c.number)
        rows = connection.execute(query).mappings().all()
    return [{name: iso(row[name]) if name == "received_at" else row[name] for name in shown} for row in rows]


def _households(store: Engine, nodes: Collection[str]) -> Rows:
    homes = [(node, household_of(store, node)) for node in sorted(nodes)]
    return [{"customer_id": node, **home._asdict()} for node, home in homes if home is not None]


def _records(store: Engine, nodes: Collection[str]) -> Rows:
    query = sa.select(RECORDS).where(RECORDS.c.customer_id.in_(nodes))
    with store.connect() as connection:
        found = [(row.customer_id, Record.unpack(row.payload)) for row in connection.execute(query)]
    return [
        {
            "customer_id": customer,
            "events": record.numbers.shape[1],
            "attributes": dict(record.attributes),
            "traits": [{"since": iso(traits.time), **traits.values} for traits in record.traits],
        }
        for customer, record in found
    ]


def _choices(store: Engine, nodes: Collection[str]) -> Rows:
    query = sa.select(CHOICES).where(CHOICES.c.fragment.in_(nodes)).order_by(CHOICES.c.seq)
    with store.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return [{name: iso(value) if name == "time" else value for name, value in row.items()} for row in rows]


def _decisions(store: Engine, nodes: Collection[str]) -> Rows:
    typed = [":".join(identifier(node)) for node in nodes]
    about = DECISIONS.c.customer_id.in_(nodes) | (DECISIONS.c.id_type + ":" + DECISIONS.c.id).in_(typed)
    with store.connect() as connection:
        rows = connection.execute(sa.select(DECISIONS).where(about).order_by(DECISIONS.c.time)).mappings().all()
    return [_decision(store, readable(row)) for row in rows]


def _decision(store: Engine, row: dict[str, Any]) -> dict[str, object]:
    """A decision with what it was made from."""
    log, catalogue, time = row.pop("log"), row["catalogue"], row["time"]
    if log is not None:
        row["candidates"] = considered(*made(catalogue_content(store, catalogue), log, row["control"], as_of=time))
    return {**row, "time": iso(time)}
