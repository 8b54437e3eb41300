"""Where those went next who were dropped at a step, and what they brought after it."""

from __future__ import annotations

from typing import Final

import polars as pl
import pyarrow as pa

from insights.intervals import ratio
from insights.journeys.funnel import NEXT, entries_of, next_kinds
from insights.journeys.journey import Journey
from insights.journeys.runs import blocks, run_of
from insights.journeys.tables.rows import LEAST
from insights.loss.histories import brought
from insights.people import Audience

_BESIDE: Final = ("kind", "value")
_SUMS: Final = ("entries", "people", "known", "money", "both", "knowns", "moneys")
FOLLOWING: Final = pa.schema([
    ("journey", pa.string()), ("step", pa.string()), ("next", pa.string()),
    *((name, pa.int64()) for name in ("entries", "known")),
    *((name, pa.float64()) for name in ("brought", "brought_low", "brought_high")),
])  # fmt: skip


def following(audience: Audience, journey: Journey) -> pa.Table:
    """A row for each step and kind that came next (null: none did in time), with how many ``entries`` went there.

    ``brought`` is the mean net money (minor units) of those of them whose time for it is over, ``known`` in number; the
    interval takes what one customer did several times as one. Of fewer than five customers nothing is told.
    """
    parts = [_sums(audience, part, journey) for part in blocks(audience.events())]
    sums = pl.concat(parts).group_by("reached", NEXT).agg(pl.col(*_SUMS).sum()).filter(pl.col("people") >= LEAST)
    told = sums.sort("reached", "entries", NEXT, descending=[False, True, False])
    hidden = told["known"].to_numpy() < LEAST
    money, known, moneys, both, knowns, people = (
        told[name].to_numpy() for name in ("money", "known", "moneys", "both", "knowns", "people")
    )
    mean = ratio(money, known, top_squares=moneys, products=both, bottom_squares=knowns, n=people)
    columns = {
        "journey": [journey.name] * len(told),
        "step": [journey.names[reached - 1] for reached in told["reached"]],
        "next": told[NEXT].to_arrow().cast(pa.string()),
        "entries": told["entries"].to_arrow(),
        "known": told["known"].to_arrow(),
        **{name: pa.array(values, mask=hidden) for name, values in (
            ("brought", mean.value), ("brought_low", mean.low), ("brought_high", mean.high),
        )},
    }  # fmt: skip
    return pa.table(columns).cast(FOLLOWING)


def _sums(audience: Audience, events: pl.LazyFrame, journey: Journey) -> pl.DataFrame:
    """The sums over some whole customers, by how many steps they reached and what came next."""
    run = run_of(events, journey, _BESIDE)
    entries = entries_of(run, journey, audience.as_of)
    entries = entries[~entries.open & (entries.count < len(journey.steps))]
    rows = pl.DataFrame({
        "customer": entries.customer, "reached": entries.count, NEXT: next_kinds(run, entries, journey),
        "known": (entries.last + journey.value <= audience.as_of).astype("int64"),
        "money": brought(run, entries.last_row, journey.value),
    }).with_columns(pl.col("money") * pl.col("known"))  # fmt: skip
    of_each = rows.group_by("reached", NEXT, "customer").agg(pl.len().alias("entries"), pl.col("known", "money").sum())
    return of_each.group_by("reached", NEXT).agg(
        pl.col("entries").sum().cast(pl.Int64), pl.len().cast(pl.Int64).alias("people"), pl.col("known").sum(),
        pl.col("money").sum(), (pl.col("known") * pl.col("money")).sum().alias("both"),
        (pl.col("known") ** 2).sum().cast(pl.Int64).alias("knowns"), (pl.col("money") ** 2).sum().alias("moneys"),
    )  # fmt: skip
