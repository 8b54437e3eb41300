"""The cells of metrics as a report shows them: months of each metric, and its groups of the last whole month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from insights.dimensions.dimension import OTHER
from insights.report.charts import Point
from insights.tables import Tables
from insights.words import Row, Words

MOST_GROUPS = 12
GRAIN = "month"
_LAST: Final = (None, OTHER)  # groups that are no words of the company


@dataclass
class Shown:
    """A metric: its unit, its months, and by dimension its groups in the last month that is over.

    The largest group is first; those that are not known, or the smaller ones together, are last.
    """

    name: str
    unit: str
    months: list[Row] = field(default_factory=list)
    groups: dict[str, list[Row]] = field(default_factory=dict)
    missing: str | None = None  # what a formula is over, and the data tell nothing of

    @property
    def last(self) -> Row | None:
        """The last month that is over and has a value."""
        return next((row for row in reversed(self.months) if not row["open"] and row["value"] is not None), None)

    def points(self) -> list[Point]:
        """Its months for a plot."""
        return [
            Point(row["period"], row["value"], row["low"], row["high"], row["open"], row["target"])
            for row in self.months
        ]


def shown_metrics(tables: Tables) -> Mapping[str, Shown]:
    """All metrics by name."""
    every = tables.read("metrics").to_pylist()
    metrics = {row["metric"]: Shown(row["metric"], row["unit"], missing=row["missing"]) for row in every}
    cells = tables.read("cells", filters=[("grain", "=", GRAIN)]).to_pylist()
    for row in sorted(cells, key=lambda each: each["start"]):
        if row["metric"] in metrics and row["dimension"] == "":
            metrics[row["metric"]].months.append(row)
    for row in cells:
        metric = metrics.get(row["metric"])
        if metric and row["dimension"] and metric.last and row["period"] == metric.last["period"]:
            metric.groups.setdefault(row["dimension"], []).append(row)
    for metric in metrics.values():
        for name, rows in metric.groups.items():
            rows.sort(key=lambda row: (row["group"] in _LAST, -(row["n"] or 0), str(row["group"])))
            metric.groups[name] = rows[:MOST_GROUPS]
    return metrics


def group_points(rows: list[Row], dimension: str, words: Words) -> list[Point]:
    """Groups for a plot of bars."""
    return [Point(words.group(dimension, row["group"] or None), row["value"], row["low"], row["high"]) for row in rows]
