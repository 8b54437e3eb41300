"""The tables of those who were dropped and could still be won: how many after each step, and who, the best first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl
import pyarrow as pa

from insights.journeys.journey import Journey
from insights.journeys.runs import meets
from insights.journeys.tables.declared import journeys_at
from insights.journeys.tables.rows import LEAST
from insights.people import Audience
from insights.tables import Draft
from insights.winnable.chances import Chances, chances_of

_OF: Final = (("journey", pa.string()), ("step", pa.string()))
WINNABLE: Final = pa.schema([
    *_OF, ("model", pa.string()), ("sense", pa.string()), ("worth_model", pa.string()),
    *((name, pa.int64()) for name in ("dropped", "back", "unscored", "customers")),
    ("worth", pa.float64()), ("expected", pa.float64()), ("suppressed", pa.bool_()),
])  # fmt: skip
PEOPLE: Final = pa.schema([
    *_OF, ("customer_id", pa.string()), ("last", pa.int64()), ("chance", pa.float64()), ("worth", pa.float64()),
    ("expected", pa.float64()),
])  # fmt: skip


def write_winnable(audience: Audience, draft: Draft) -> None:
    """Write ``winnable`` (a row a step) and ``winnable_people``, in units of the currency.

    A customer counts by the entry that does, the latest of several. Who came to the last step since is not to be won
    any more. What somebody is worth is what a model says that they will bring, or else what those who went on brought.
    """
    entries = pl.DataFrame(draft.read("journey_entries")).filter(~pl.col("open"))
    went = _went(draft, 10**audience.settings.minor_units)
    figures: list[dict[str, Any]] = []
    people = [PEOPLE.empty_table()]
    for journey in journeys_at(audience):
        chances = chances_of(audience, journey.kind_of(-1))
        if chances is None:
            continue
        latest = entries.filter(pl.col("journey") == journey.name).sort("entered").unique("customer_id", keep="last")
        for step, rows in _dropped(audience, journey, latest):
            told = _told(rows, chances, went.get((journey.name, step)))
            figures.append({"journey": journey.name, "step": step} | _figures(rows, told, chances))
            if told.height >= LEAST:
                named = told.with_columns(journey=pl.lit(journey.name), step=pl.lit(step))
                people.append(named.select(PEOPLE.names).to_arrow().cast(PEOPLE))
    draft.write("winnable", pa.Table.from_pylist(figures, WINNABLE))
    draft.write("winnable_people", pa.concat_tables(people))


def _went(draft: Draft, unit: int) -> dict[tuple[str, str], float]:
    """What those who went on from each step brought on average."""
    losses = draft.read("losses").to_pylist()
    told = [row for row in losses if row["gross"] is not None and row["dropped"]]
    return {(row["journey"], row["step"]): row["gross"] / row["dropped"] / unit for row in told}


def _dropped(audience: Audience, journey: Journey, latest: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Who was dropped after each step, and whether they came to the last one since: ``back``."""
    came = audience.events().filter(meets(journey.steps[-1])).group_by("customer_id").agg(came=pl.col("time").max())
    dropped = latest.filter(pl.col("reached") < len(journey.steps))
    known = dropped.join(came.collect(engine="streaming"), on="customer_id", how="left")
    back = (pl.col("came") > pl.col("last")).fill_null(value=False)
    rows = known.select("customer_id", "last", "reached", back=back)
    for place, step in enumerate(journey.names[:-1], 1):
        yield step, rows.filter(pl.col("reached") == place)


def _told(rows: pl.DataFrame, chances: Chances, went: float | None) -> pl.DataFrame:
    """Who can still be won, in the order of what is expected of them."""
    known = rows.filter(~pl.col("back")).join(chances.rows, on="customer_id")
    worth = pl.col("worth").fill_null(pl.lit(went, pl.Float64))
    told = known.with_columns(worth=worth).with_columns(expected=pl.col("chance") * pl.col("worth"))
    return told.sort("expected", "chance", "customer_id", descending=[True, True, False], nulls_last=True)


def _figures(rows: pl.DataFrame, told: pl.DataFrame, chances: Chances) -> dict[str, Any]:
    hidden = 0 < told.height < LEAST
    sums = {name: told[name].sum() if told[name].count() else None for name in ("worth", "expected")}
    back = int(rows["back"].sum())
    counts = {"customers": told.height, "unscored": rows.height - back - told.height}
    return {
        "model": chances.model, "sense": chances.sense, "worth_model": chances.worth_model, "dropped": rows.height,
        "back": back, "suppressed": hidden, **({} if hidden else counts | sums),
    }  # fmt: skip
