"""The members of a segment, written to a file, a database's table, or a webhook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Mask
from features.config.locations import expand, is_url
from features.config.settings import Settings
from features.errors import StamkundError
from features.files import atomic_file
from features.moments import utc
from insights.segments.customers import Columns
from serving.audiences.webhook import Webhook
from serving.scoring.batches.destinations import Destination
from serving.scoring.batches.everyone import allowed
from serving.store.engine import opened_store
from serving.store.erasures.exports import note_export

_CHUNK: Final = 50_000


def export(
    settings: Settings, columns: Columns, members: Mask, *, segment: str, to: str, table: str
) -> tuple[int, str]:
    """Write who is in a segment: how many, and where to, without secrets.

    Whoever does not allow that anything of theirs is written elsewhere, has withdrawn, or was erased, is left out.
    """
    passing = allowed(settings, ("insights", "exports"), as_of=columns.as_of)
    ids = pl.Series("customer_id", pl.from_arrow(columns.ids)).filter(pl.Series(np.asarray(members)))
    rows = passing.over(pl.LazyFrame({"customer_id": ids})).collect()
    told = rows.select(
        segment=pl.lit(segment), customer_id="customer_id", as_of=pl.lit(utc(columns.as_of).replace(tzinfo=None))
    )
    where = _written(told, to, table)
    with opened_store(settings) as store:
        note_export(store, where, f"segment {segment}")
    return told.height, where


def _written(rows: pl.DataFrame, to: str, table: str) -> str:
    """Write rows to what is meant by a text; what it is called without secrets."""
    target = expand(to, field="export")
    if target.startswith(("http://", "https://")):
        if "${" not in to:
            text = "The address of a webhook holds secrets: give it as '${NAME}', the variable that it is in."
            raise StamkundError("secret_in_command", text, field="export")
        Webhook(target).send(rows.to_dicts())
        return f"webhook {to}"
    if is_url(target) or not target.endswith(".csv"):
        destination = Destination.of(to, table, append=False)
        destination.write(_frames(rows))
        return str(destination)
    with atomic_file(Path(target)) as draft:
        rows.write_csv(draft)
    return str(Path(target).resolve())


def _frames(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield rows.head(_CHUNK)
    yield from rows.slice(_CHUNK).iter_slices(_CHUNK)
