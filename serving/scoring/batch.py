"""Score everybody: the scorer of the service over the lake, into Python, Parquet or a database table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import polars as pl
import pyarrow.parquet as pq
import sqlalchemy as sa

from features.config.locations import is_url
from features.config.settings import Settings
from features.errors import StamkundError
from features.files import atomic_file
from features.lake import Lake
from features.profiles.pairs import PAIR_FEATURES, campaigns, pair_frame
from features.profiles.profiles import profile_frame
from features.progress import Progress, silent
from serving.decisions.customers import contact_kinds, running
from serving.scoring.champions import Lineup, load_lineup
from serving.scoring.scorer import Pairs, score
from serving.store.store import changing_tables

CHUNK: Final = 10_000
_SQL: Final[dict[type[pl.DataType], sa.types.TypeEngine[Any]]] = {
    pl.Float64: sa.Float(53),
    pl.Int64: sa.BigInteger(),
    pl.String: sa.Text(),
    pl.Date: sa.Date(),
    pl.Datetime: sa.DateTime(),
}


@dataclass(frozen=True)
class BatchReport:
    """What a batch wrote: how many customers, where, by which versions of which models."""

    customers: int
    out: str
    models: dict[str, str]


def scores(
    settings: Settings, customers: Sequence[str] | None = None, *, as_of: int, lineup: Lineup | None = None
) -> pl.DataFrame:
    """The scores of these customers, or of everybody, at ``as_of`` (µs): what the service would have said then."""
    frames = list(_scored(settings, _lineup(settings, lineup), customers, as_of=as_of, progress=silent))
    frame = pl.concat(frames)
    for customer in set(customers or ()) - set(frame["customer_id"]):
        message = f"No customer '{customer}' is known at that moment."
        raise StamkundError("unknown_customer", message, field="customers")
    return frame


def score_batch(
    settings: Settings,
    *,
    as_of: int,
    out: Path | str,
    table: str = "scores",
    progress: Progress = silent,
    lineup: Lineup | None = None,
) -> BatchReport:
    """Write everybody's scores at ``as_of`` to a Parquet file or, given a URL, to a database table: all or nothing."""
    ours = _lineup(settings, lineup)
    frames = _scored(settings, ours, None, as_of=as_of, progress=progress)
    count = _to_database(frames, str(out), table) if is_url(str(out)) else _to_parquet(frames, Path(out))
    return BatchReport(count, str(out), ours.versions)


def _lineup(settings: Settings, given: Lineup | None) -> Lineup:
    lineup = given or load_lineup(settings, beside=settings.home.parent)
    if lineup is None:
        raise StamkundError("no_model", "No model is registered. Run `stamkund train` first.", field="models")
    return lineup


def _scored(
    settings: Settings, lineup: Lineup, customers: Sequence[str] | None, *, as_of: int, progress: Progress
) -> Iterator[pl.DataFrame]:
    """Everybody's scores, in order, some thousand customers at a time; at least one frame."""
    lake = Lake(settings.lake)
    events = lake.scan("events").filter(pl.col("customer_id").is_not_null())
    if customers is not None:
        events = events.filter(pl.col("customer_id").is_in(list(customers)))
    progress("profiles", 0, 1)
    profiles = profile_frame(
        events, lineup.feature_set, as_of=[as_of], attributes=lake.scan("customers").collect()
    ).sort("customer_id")
    pairs = _pairs(lake, events, settings, as_of=as_of)
    total = profiles.height
    for start in range(0, max(total, 1), CHUNK):
        progress("scores", start, total)
        block = profiles.slice(start, CHUNK)
        features = block.select(lineup.feature_set.names).to_numpy()
        names = block["customer_id"].to_list()
        yield score(lineup, names, features, _of(pairs, block), as_of=as_of).frame()
    progress("scores", total, total)


def _pairs(lake: Lake, events: pl.LazyFrame, settings: Settings, *, as_of: int) -> pl.DataFrame:
    """Customers and the running campaigns that reached them, with the features of each pair."""
    contact, response = contact_kinds(settings)
    open_ = list(running(campaigns(lake), as_of=as_of))
    reached = events.filter(pl.col("kind") == contact, pl.col("time") <= as_of, pl.col("campaign_id").is_in(open_))
    pairs = reached.select("customer_id", "campaign_id").unique().sort("customer_id", "campaign_id").collect()
    moment = pl.lit(as_of, dtype=pl.Int64)
    return pair_frame(lake, pairs.with_columns(as_of=moment), contact=contact, response=response)


def _of(pairs: pl.DataFrame, block: pl.DataFrame) -> Pairs:
    ours = pairs.join(block.select("customer_id").with_row_index("row"), on="customer_id", maintain_order="left")
    rows = ours["row"].to_numpy().astype(np.int64)
    return Pairs(rows, ours["campaign_id"].to_list(), ours.select(PAIR_FEATURES).to_numpy())


def _to_parquet(frames: Iterator[pl.DataFrame], out: Path) -> int:
    count = 0
    with atomic_file(out) as draft:
        first = next(frames)
        with pq.ParquetWriter(draft, first.to_arrow().schema, compression="zstd") as writer:
            for frame in _again(first, frames):
                writer.write_table(frame.to_arrow())
                count += frame.height
    return count


def _to_database(frames: Iterator[pl.DataFrame], url: str, table: str) -> int:
    """Fill a new table beside the old one, then put it in its place in one transaction."""
    engine, draft = sa.create_engine(url), f"{table}__new"
    count, first = 0, next(frames)
    columns: list[sa.Column[Any]] = [
        sa.Column(name, _SQL.get(type_.base_type(), sa.Text())) for name, type_ in first.schema.items()
    ]
    target = sa.Table(draft, sa.MetaData(), *columns)
    try:
        target.drop(engine, checkfirst=True)
        target.create(engine)
        with engine.begin() as connection:
            for frame in _again(first, frames):
                if frame.height:
                    connection.execute(sa.insert(target), [_flat(row) for row in frame.iter_rows(named=True)])
                count += frame.height
        with changing_tables(engine) as connection:
            quoted = engine.dialect.identifier_preparer.quote
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {quoted(table)}"))
            connection.execute(sa.text(f"ALTER TABLE {quoted(draft)} RENAME TO {quoted(table)}"))
    finally:
        engine.dispose()
    return count


def _flat(row: dict[str, object]) -> dict[str, object]:
    return {name: orjson.dumps(v).decode() if isinstance(v, list) else v for name, v in row.items()}


def _again(first: pl.DataFrame, rest: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    yield first
    yield from rest
