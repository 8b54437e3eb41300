"""What the features hold of people: the lake, the profiles, and what is made of them."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import polars as pl

from features.config.settings import Settings
from features.events.identifiers import is_visitor
from features.events.tables import SOURCE, UPDATED_AT, Table
from features.lake import Lake
from features.moments import iso
from features.privacy.holding import UNTIL_ERASED, Holding, Rows, kept, shown
from features.privacy.tombstones import KEY_FILE
from features.scores.table import read_scores


def holdings(settings: Settings) -> list[Holding]:
    """The holdings under the home of these settings."""
    lake = Lake(settings.lake)
    return [
        Holding(
            "events", str(settings.lake), "What people did, and what was done to them: orders, visits, messages, "
            "answers, consents, each with the identifiers and properties that it came with.",
            "Profiles, models and decisions are computed from it.", kept(settings.privacy.keep),
            partial(_events, lake, settings.minor_units),
        ),
        Holding(
            "customers", str(settings.lake), "Attributes of customers, as each of your tables tells them.",
            "Profiles and models.", UNTIL_ERASED, partial(_customers, lake),
        ),
        Holding(
            "snapshots", str(settings.lake), "Attributes of customers at past moments.",
            "Profiles and models as of those moments.", UNTIL_ERASED, partial(_of_customers, lake, "snapshots"),
        ),
        Holding(
            "links", str(settings.lake), "Which identifiers came together, when, and in which event first.",
            "So that the identifiers of a person are known as one.", UNTIL_ERASED, partial(_links, lake),
        ),
        Holding(
            "profiles", str(settings.profiles), "Numbers computed from all of that, a row a customer and build.",
            "Analysis, segments, scores.", UNTIL_ERASED, partial(_profiles, settings),
        ),
        Holding(
            "scores", str(settings.scores), "What each version of a model said of a customer in each batch.",
            "So that it can be held against what came true.", UNTIL_ERASED, partial(_scores, settings),
        ),
        Holding(
            "unfinished batches", str(settings.batches), "Scores of a batch that was killed, until it is continued.",
            "So that it goes on where it stopped.", "until the batch is done, or anybody is erased",
        ),
        Holding(
            "checkpoint", str(settings.checkpoint), "Sums of old months, by customer.",
            "So that old events need not be read at each build.", UNTIL_ERASED,
        ),
        Holding(
            "rejected rows", str(settings.rejects), "Rows of your sources that could not be read, as they came.",
            "So that you can mend them.", "until they are accepted, or anybody is erased: then all are deleted",
        ),
        Holding(
            "features", str(settings.feature_set), "Words that many people share, such as categories; no person's.",
            "They say what profiles are made of.", "until features are fitted anew",
        ),
        Holding(
            "privacy key", str(settings.home / KEY_FILE), "The key that identifiers of erased people are hashed with.",
            "So that they are recognised and refused when they come again.", "as long as the tombstones",
        ),
    ]  # fmt: skip


def _events(lake: Lake, decimals: int, nodes: Collection[str]) -> Rows:
    return _told(lake, "events", pl.col("fragment").is_in(list(nodes)), by="time", decimals=decimals)


def _customers(lake: Lake, nodes: Collection[str]) -> Rows:
    """What each source says of them, and since when it does, where it tells."""
    names, rows = {"customer_id": "customer_id", SOURCE: "source", UPDATED_AT: "updated_at"}, Rows()
    for row in _of_customers(lake, "customers", nodes):
        told = {name: row.pop(column) for column, name in names.items() if column in row}
        rows.append({**told, "attributes": row})
    return rows


def _of_customers(lake: Lake, table: Table, nodes: Collection[str]) -> Rows:
    own = [node for node in nodes if not is_visitor(node)]
    return _told(lake, table, pl.col("customer_id").is_in(own), by="customer_id")


def _links(lake: Lake, nodes: Collection[str]) -> Rows:
    about = pl.col("a").is_in(list(nodes)) | pl.col("b").is_in(list(nodes))
    rows = lake.scan("links").filter(about).sort("first", "a", "b").collect().to_dicts()
    return [{**row, "first": iso(row["first"]), "last": iso(row["last"])} for row in rows]


def _told(lake: Lake, table: Table, about: pl.Expr, *, by: str, decimals: int = 0) -> Rows:
    """The rows as people read them, amounts with so many ``decimals``."""
    return [shown(table, row, decimals) for row in lake.scan(table).filter(about).sort(by).collect().to_dicts()]


def _profiles(settings: Settings, nodes: Collection[str]) -> Rows:
    rows = Rows()
    for file in sorted(settings.profiles.glob("*.parquet")):
        own = pl.scan_parquet(file).filter(pl.col("customer_id").is_in(list(nodes))).collect()
        rows += [{**row, "as_of": iso(row["as_of"])} for row in own.fill_nan(None).to_dicts()]
    return rows


def _scores(settings: Settings, nodes: Collection[str]) -> Rows:
    own = read_scores(settings.scores).filter(pl.col("customer_id").is_in(list(nodes)))
    rows = own.sort("as_of", "model", "version", "customer_id").collect().to_dicts()
    return [{**row, "as_of": iso(row["as_of"])} for row in rows]
