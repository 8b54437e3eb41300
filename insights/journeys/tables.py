"""The tables of journeys: how many came how far, where the others went, and every entry behind these numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Ints, Mask
from features.config.settings import Settings
from features.units import HOUR
from insights.dimensions.dimension import OF_EVENTS, Dimension, dimensions
from insights.intervals import Estimate, proportion, quantile
from insights.journeys.defaults import default_journeys
from insights.journeys.entries import Tally
from insights.journeys.funnel import NEXT, entry_table
from insights.journeys.journey import Journey
from insights.people import Audience
from insights.tables import Draft

ALL: Final = ""  # the dimension of everybody together
LEAST: Final = 5  # customers: with fewer behind it a figure is not told
_NUMBERS: Final = ("share", "low", "high", "hours", "hours_low", "hours_high", "tied")
_COUNTS: Final = ("entered", "reached", "dropped", "ended", "open")
STEPS: Final = pa.schema([
    ("journey", pa.string()), ("dimension", pa.string()), ("group", pa.string()), ("place", pa.int64()),
    ("step", pa.string()), ("suppressed", pa.bool_()), *((name, pa.int64()) for name in _COUNTS),
    *((name, pa.float64()) for name in _NUMBERS),
])  # fmt: skip
ENTRIES: Final = ("customer_id", "entered", "last", "reached", "open", "ended", "next")


def journeys_of(settings: Settings, kinds: list[str]) -> list[Journey]:
    """Every journey: the default ones, and those that are declared, which count where names are the same."""
    every = {**default_journeys(kinds), **settings.journeys}
    return [Journey.of(name, each, minor_units=settings.minor_units) for name, each in sorted(every.items())]


def journeys_at(audience: Audience) -> list[Journey]:
    """The journeys of an audience, with those that its events suggest."""
    kinds = audience.events().select(pl.col("kind").unique().sort()).collect(engine="streaming")["kind"].to_list()
    return journeys_of(audience.settings, kinds)


def write_journeys(audience: Audience, draft: Draft) -> None:
    """Write the tables ``journeys`` (a row a step), ``journey_next`` and ``journey_entries``."""
    steps, following, entries = [STEPS.empty_table()], [], []
    for journey in journeys_at(audience):
        by = dimensions(audience, journey.kinds)
        rows = _entries(audience, journey, by)
        steps += [_steps(journey, rows, dimension) for dimension in (None, *by)]
        told = rows.select(*ENTRIES).with_columns(journey=pl.lit(journey.name))
        entries.append(told.select("journey", *ENTRIES).sort("reached", "entered", "customer_id", descending=True))
        following.append(_following(journey, rows))
    draft.write("journeys", pa.concat_tables(steps))
    draft.write("journey_next", _table(following, _following_schema()))
    draft.write("journey_entries", _table(entries, _entries_schema()))


def _entries(audience: Audience, journey: Journey, by: list[Dimension]) -> pl.DataFrame:
    """The entries, with what their first event and their customer's attributes tell them apart by."""
    of_events = [each.column for each in by if each.name in OF_EVENTS]
    rows = entry_table(audience.events(), journey, as_of=audience.as_of, by=of_events)
    own = [each.column for each in by if each.name not in OF_EVENTS]
    if not own:
        return rows
    attributes = audience.customers().select("customer_id", *own).collect()
    return rows.join(attributes, on="customer_id", how="left", maintain_order="left")


def _steps(journey: Journey, rows: pl.DataFrame, dimension: Dimension | None) -> pa.Table:
    """A row for each step and group."""
    labels = (None,) if dimension is None else dimension.labels
    cell = np.zeros(len(rows), dtype=np.int64) if dimension is None else dimension.places(rows)
    tally, hours = _tally(rows, cell, len(labels), len(journey.steps)), _hours(journey, rows, cell, len(labels))
    entered, reached = tally.entered[:, None], tally.reached
    over = np.broadcast_to(reached[:, :1], reached.shape)
    share = proportion(np.divide(reached, over, out=np.full(reached.shape, np.nan), where=over > 0), over)
    hidden = np.broadcast_to((entered > 0) & (entered < LEAST), reached.shape)
    counts = {
        "entered": np.broadcast_to(entered, reached.shape), "reached": reached,
        "dropped": np.append(tally.dropped, np.zeros_like(entered), axis=1), "ended": tally.ended, "open": tally.open,
    }  # fmt: skip
    tied = np.broadcast_to(tally.tied[:, None], reached.shape)
    numbers = {
        "share": share.value, "low": share.low, "high": share.high, "hours": hours.value, "hours_low": hours.low,
        "hours_high": hours.high, "tied": np.divide(tied, over, out=np.full(reached.shape, np.nan), where=over > 0),
    }  # fmt: skip
    size, width = reached.size, len(journey.steps)
    columns = {
        "journey": [journey.name] * size, "dimension": [dimension.name if dimension else ALL] * size,
        "group": np.repeat(np.array(labels, dtype=object), width), "place": [*range(width)] * len(labels),
        "step": [*journey.names] * len(labels), "suppressed": hidden.ravel(),
        **{name: pa.array(values.ravel(), mask=hidden.ravel()) for name, values in counts.items()},
        **{name: pa.array(each.ravel(), mask=(hidden | np.isnan(each)).ravel()) for name, each in numbers.items()},
    }  # fmt: skip
    table = pa.table(columns, schema=STEPS)
    return table.filter(pa.array(np.broadcast_to(entered > 0, reached.shape).ravel() | (dimension is None)))


def _tally(rows: pl.DataFrame, cell: Ints, cells: int, steps: int) -> Tally:
    count, going = rows["reached"].to_numpy(), rows["open"].to_numpy()

    def counts(which: Mask) -> Ints:
        places = cell[which] * (steps + 1) + count[which]
        return np.bincount(places, minlength=cells * (steps + 1)).reshape(cells, steps + 1)[:, 1:]

    ended, tied = ~going & rows["ended"].to_numpy(), ~going & rows["tied"].to_numpy()
    return Tally(counts(~going), counts(going), counts(ended), counts(tied).sum(axis=1))


def _hours(journey: Journey, rows: pl.DataFrame, cell: Ints, cells: int) -> Estimate:
    """``[cell, step]``: the median time from the entry to a step, of those whose time is over and who came to it."""
    told = []
    for place in range(1, len(journey.steps) + 1):
        since = (rows[f"step_{place}"] - rows["entered"]).to_numpy() / HOUR
        came = ~np.isnan(since) & ~rows["open"].to_numpy()
        told.append(quantile(since[came], cell[came], cells, at=0.5))
    return Estimate(*(np.stack([getattr(one, name) for one in told], axis=1) for name in ("value", "low", "high", "n")))


def _following(journey: Journey, rows: pl.DataFrame) -> pl.DataFrame:
    """Where those who dropped at each step went next; null: nothing came in time."""
    names = dict(enumerate(journey.names, 1))
    dropped = rows.filter(~pl.col("open"), pl.col("reached") < len(journey.steps))
    counts = dropped.group_by("reached", NEXT).agg(
        entries=pl.len().cast(pl.Int64), people=pl.col("customer_id").n_unique()
    )
    told = counts.filter(pl.col("people") >= LEAST).sort("reached", "entries", NEXT, descending=[False, True, False])
    step = pl.col("reached").replace_strict(names, return_dtype=pl.String)
    return told.select(journey=pl.lit(journey.name), step=step, next=pl.col(NEXT), entries="entries")


def _table(parts: list[pl.DataFrame], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables([schema.empty_table(), *_cast(parts, schema)])


def _cast(parts: list[pl.DataFrame], schema: pa.Schema) -> Iterator[pa.Table]:
    return (part.to_arrow().cast(schema) for part in parts)


def _following_schema() -> pa.Schema:
    texts = [(name, pa.string()) for name in ("journey", "step", "next")]
    return pa.schema([*texts, ("entries", pa.int64())])


def _entries_schema() -> pa.Schema:
    return pa.schema([
        ("journey", pa.string()), ("customer_id", pa.string()), ("entered", pa.int64()), ("last", pa.int64()),
        ("reached", pa.int64()), ("open", pa.bool_()), ("ended", pa.bool_()), ("next", pa.string()),
    ])  # fmt: skip
