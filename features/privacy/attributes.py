"""The attributes of customers that consent depends on, such as their country or their date of birth."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import orjson
import polars as pl

from features.errors import StamkundError
from features.events.columns import EVENT_ORDER
from features.moments import utc
from features.reading.iso import parse

ALWAYS = -(2**63)


@dataclass(frozen=True)
class AttributeHistory:
    """By attribute ``customer_id, time, known_at, value``: its texts, from a moment (µs) on, the oldest first."""

    values: Mapping[str, pl.DataFrame]

    @classmethod
    def of(cls, names: Collection[str], events: pl.LazyFrame, customers: pl.LazyFrame) -> Self:
        """The attributes of the table of customers, and what ``identify`` events said of them later."""
        if not names:
            return cls({})
        table = customers.collect()
        said = _said(names, events)
        return cls({name: pl.concat([_static(table, name), said[name]]) for name in names})

    def at(self, name: str, *, as_of: int) -> pl.DataFrame:
        """``customer_id, value`` at a moment, of those of whom it is known."""
        known = self.values[name].filter(pl.col("time") <= as_of, pl.col("known_at") <= as_of)
        return known.group_by("customer_id").agg(pl.col("value").last()).drop_nulls()


def is_minor(born: object, *, under: int, as_of: int) -> bool:
    """Whether somebody of this date of birth is younger than ``under`` at a moment; a text that is no date counts so.

    >>> from datetime import date
    >>> from features.moments import micros
    >>> [is_minor(born, under=16, as_of=micros(date(2024, 2, 29))) for born in ("2008-02-29", "2008-03-01", "?", None)]
    [False, True, True, False]
    """
    if born is None:
        return False
    for text in (str(born), f"{born}Z"):
        with suppress(StamkundError):
            birth, now = utc(parse(text)), utc(as_of)
            return now.year - birth.year - ((now.month, now.day) < (birth.month, birth.day)) < under
    return True


def _static(table: pl.DataFrame, name: str) -> pl.DataFrame:
    value = pl.col(name).cast(pl.String) if name in table.columns else pl.lit(None, pl.String)
    always = pl.lit(ALWAYS, pl.Int64)
    return table.select("customer_id", time=always, known_at=always, value=value).drop_nulls("value")


def _said(names: Collection[str], events: pl.LazyFrame) -> dict[str, pl.DataFrame]:
    """What ``identify`` events said, by name; a null takes back what was known."""
    named = pl.col("properties").str.contains_any([f'"{name}"' for name in names])
    identifies = events.filter(pl.col("kind") == "identify", named).sort(EVENT_ORDER)
    rows = identifies.select(
        "customer_id", "time", pl.col("known_at").fill_null(pl.col("time")), "properties"
    ).collect()
    found: dict[str, list[tuple[object, ...]]] = {name: [] for name in names}
    for *head, properties in rows.iter_rows():
        values = orjson.loads(properties)
        for name in found.keys() & values.keys():
            found[name].append((*head, None if values[name] is None else str(values[name])))
    schema = {"customer_id": pl.String, "time": pl.Int64, "known_at": pl.Int64, "value": pl.String}
    return {name: pl.DataFrame(rows, schema=schema, orient="row") for name, rows in found.items()}
