"""Lakes of a few events, each written down as a line of a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from features.lake import Lake


def lake_of(folder: Path, columns: Sequence[str], *rows: tuple[object, ...]) -> Lake:
    """A lake of events, one a row of these columns."""
    told = [dict(zip(columns, row, strict=True)) | {"event_id": str(n)} for n, row in enumerate(rows)]
    lake = Lake(folder)
    lake.write({"events": pl.DataFrame(told, infer_schema_length=None)})
    return lake
