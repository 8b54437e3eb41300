"""The table of what those who went on from a step differ in from those who were dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Floats, Ints
from insights.differing.traits import OF_MONEY, Sums, numbers_of, values
from insights.dimensions.dimension import OF_EVENTS, Dimension, dimensions
from insights.intervals import Estimate, benjamini_hochberg, difference, mean, p_value, proportion
from insights.journeys.entries import Entries
from insights.journeys.funnel import entries_of
from insights.journeys.journey import Journey
from insights.journeys.runs import Run, blocks, run_of
from insights.journeys.tables.declared import journeys_at
from insights.journeys.tables.rows import LEAST
from insights.loss.histories import Vocabulary, described
from insights.people import Audience
from insights.tables import Draft

_NUMBERS: Final = ("went", "dropped", "difference", "low", "high", "effect")
DIFFERING: Final = pa.schema([
    *((name, pa.string()) for name in ("journey", "step", "trait", "group", "unit")),
    *((name, pa.int64()) for name in ("n_went", "n_dropped")), *((name, pa.float64()) for name in _NUMBERS),
    ("stands", pa.bool_()), ("compared", pa.int64()),
])  # fmt: skip
Rows = list[dict[str, Any]]


def write_differing(audience: Audience, draft: Draft) -> None:
    """Write ``differing``: a row for each number and group at each step, those that differ most first.

    A customer counts by the first entry, as of the moment of the step; what tables say of customers, as of now. All
    that is compared of a journey is one family (Benjamini–Hochberg). Of steps in any order nothing is told.
    """
    vocabulary, attributes = Vocabulary.of(audience.events()), audience.attributes().collect()
    rows: Rows = []
    for journey in journeys_at(audience):
        if journey.rules.order == "any":
            continue
        own = list(_journey(audience, replace(journey, by="first"), vocabulary, attributes))
        found = Estimate(*([row[name] for row in own] for name in ("difference", "low", "high", "n_went")))
        many = benjamini_hochberg(p_value(found))
        for row, stands in zip(own, many.stands, strict=True):
            row |= {"stands": bool(stands), "compared": many.compared}
        places = {name: place for place, name in enumerate(journey.names)}
        rows += sorted(own, key=lambda row: (places[row["step"]], not row["stands"], -abs(row["effect"])))
    draft.write("differing", pa.Table.from_pylist(rows, DIFFERING))


def _journey(
    audience: Audience, journey: Journey, vocabulary: Vocabulary, attributes: pl.DataFrame
) -> Iterator[dict[str, Any]]:
    by, names = dimensions(audience, journey.kinds), numbers_of(vocabulary)
    beside = list(dict.fromkeys(["kind", "channel", "value", *(d.column for d in by if d.name in OF_EVENTS)]))
    parts = []
    for part in blocks(audience.events()):
        run = run_of(part, journey, beside, whole_orders=True)
        entries = entries_of(run, journey, audience.as_of)
        groups = _places(run, entries, by, attributes)
        parts.append([_sums(run, entries, step, vocabulary, groups) for step in range(len(journey.steps) - 1)])
    unit = 10.0**audience.settings.minor_units
    for step, sums in zip(journey.names, (reduce(add, own) for own in zip(*parts, strict=True)), strict=False):
        head = {"journey": journey.name, "step": step}
        told = [*_of_numbers(sums, [name for name, _ in names], unit), *_of_groups(sums, by)]
        yield from ({**head, **row} for row in told if np.isfinite(row["effect"]))


def _places(run: Run, entries: Entries, by: Sequence[Dimension], attributes: pl.DataFrame) -> list[tuple[Ints, int]]:
    """The place of each entry's group in each dimension, and how many groups that has."""
    customers = pl.DataFrame({"customer_id": run.customers.gather(entries.customer)})
    known = customers.join(attributes, on="customer_id", how="left", maintain_order="left")
    of_events = run.columns[entries.row]
    return [(each.places(of_events if each.name in OF_EVENTS else known), len(each.labels)) for each in by]


def _sums(run: Run, entries: Entries, step: int, vocabulary: Vocabulary, groups: Sequence[tuple[Ints, int]]) -> Sums:
    """Of those whose time is over and who came to the step; ``groups`` are the place of each, of so many."""
    over = (entries.count > step) & ~entries.open
    x = described(run, entries.rows[step, over], vocabulary)
    numbers = [values(x, name, place) for name, place in numbers_of(vocabulary)]
    return Sums.of(numbers, [(own[over], size) for own, size in groups], entries.count[over] > step + 1)


def _of_numbers(sums: Sums, names: Sequence[str], unit: float) -> Iterator[dict[str, Any]]:
    """By how much the means differ, in the currency's units, and how many standard deviations that is."""
    scale = np.array([unit if name.startswith(f"{OF_MONEY}_") else 1.0 for name in names])
    sides = [
        mean(sums.total[side] / scale, sums.squares[side] / scale**2, sums.n[side]) for side in (0, 1)
    ]  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        n, total, squares = (part.sum(axis=0) for part in (sums.n, sums.total / scale, sums.squares / scale**2))
        spread = np.sqrt(np.maximum(squares / n - (total / n) ** 2, 0))
    units = ["money" if name.startswith(f"{OF_MONEY}_") else "days" if "days" in name else "count" for name in names]
    yield from _told(names, [None] * len(names), units, sides, spread)


def _of_groups(sums: Sums, by: Sequence[Dimension]) -> Iterator[dict[str, Any]]:
    """By how much the share of a group differs; of what is not known nothing is told."""
    for each, counts in zip(by, sums.groups, strict=True):
        totals = np.broadcast_to(counts.sum(axis=1, keepdims=True), counts.shape).astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            sides = [proportion((counts / totals)[side], totals[side]) for side in (0, 1)]
            share = counts.sum(axis=0) / totals.sum(axis=0)
        rows = _told([each.name] * len(each.labels), each.labels, ["share"] * len(share), sides,
                     np.sqrt(share * (1 - share)))  # fmt: skip
        told = {group for group, n in zip(each.labels, counts.sum(axis=0), strict=True) if n >= LEAST}
        yield from (row for row in rows if row["group"] in told - {None})


def _told(
    names: Sequence[str], groups: Sequence[str | None], units: Sequence[str], sides: Sequence[Estimate], spread: Floats
) -> Iterator[dict[str, Any]]:
    dropped, went = sides
    found = difference(went, dropped)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = found.value / spread
    for place, (name, group, unit) in enumerate(zip(names, groups, units, strict=True)):
        value, low, high, _ = found[place].numbers()
        if min(went.n[place], dropped.n[place]) >= LEAST:
            yield {
                "trait": name, "group": group, "unit": unit, "n_went": int(went.n[place]),
                "n_dropped": int(dropped.n[place]), "went": float(went.value[place]),
                "dropped": float(dropped.value[place]), "difference": value, "low": low, "high": high,
                "effect": float(effect[place]),
            }  # fmt: skip
