"""What the store has learnt since the last build: events, and who was erased."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from features.config.settings import Settings
from features.identity.rulings import Ruling
from serving.store.engine import meta, opened_store
from serving.store.event_log import log_frame
from serving.store.hidden import pending_nodes
from serving.store.people.rulings import all_rulings
from serving.store.tables.schema import ERASURES, EVENT_LOG, IDENTITY


@dataclass(frozen=True)
class SinceBuild:
    """The ``events`` that came over HTTP (None: there is no store yet), and the nodes of the ``erased``.

    The ``fragment`` of an event is the customer whose the store knows it to be, by messages that came since, too.
    """

    events: pl.DataFrame | None = None
    erased: frozenset[str] = frozenset()


def since_build(settings: Settings) -> SinceBuild:
    """What came since the last build; this makes no store where there is none."""
    if not _is_there(settings):
        return SinceBuild()
    with opened_store(settings) as store:
        return SinceBuild(events_since_build(store), pending_nodes(store))


def erasures(settings: Settings) -> frozenset[str]:
    """The ids of all erasures so far; this makes no store where there is none."""
    if not _is_there(settings):
        return frozenset()
    with opened_store(settings) as store, store.connect() as connection:
        return frozenset(connection.execute(sa.select(ERASURES.c.erasure_id)).scalars())


def rulings(settings: Settings) -> list[Ruling]:
    """Every ruling so far, the oldest first; this makes no store where there is none."""
    if not _is_there(settings):
        return []
    with opened_store(settings) as store:
        return all_rulings(store)


def _is_there(settings: Settings) -> bool:
    url = make_url(settings.store_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def events_since_build(store: Engine) -> pl.DataFrame:
    """The events that no build has read yet, each about the customer whose it is known to be."""
    after = int(meta(store).get("log_seq", 0))
    c, fragments = IDENTITY.c, sa.select(EVENT_LOG.c.fragment).where(EVENT_LOG.c.seq > after)
    with store.connect() as connection:
        rows = connection.execute(sa.select(c.node, c.customer_id, c.nobody_from).where(c.node.in_(fragments))).all()
    columns = {"fragment": pl.String, "customer": pl.String, "nobody_from": pl.Int64}
    known = pl.DataFrame([tuple(row) for row in rows], columns, orient="row").drop_nulls("customer")
    told = log_frame(store, after)[0].join(known, on="fragment", how="left", maintain_order="left")
    theirs = pl.col("nobody_from").is_null() | (pl.col("time") < pl.col("nobody_from"))
    customer = pl.when(theirs).then("customer")
    return told.with_columns(fragment=pl.coalesce(customer, "fragment")).drop("customer", "nobody_from")
