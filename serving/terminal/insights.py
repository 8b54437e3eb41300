"""Insights as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import figure_in, text

Json = Mapping[str, Any]


def metric_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a metric: its periods, and groups where it is told by any."""
    cells: dict[str, list[Json]] = {metric["metric"]: [] for metric in answer["metrics"]}
    for cell in answer["cells"]:
        cells[cell["metric"]].append(cell)
    for metric in answer["metrics"]:
        if own := cells[metric["metric"]]:
            yield _table(metric, own, answer["currency"], language)
            yield text("insights.compared", language, compared=own[0]["compared"])


def _table(metric: Json, cells: list[Json], currency: str, language: str) -> Table:
    money = f", {currency}" if metric["unit"] == "money" else ""
    table = Table(title=f"{metric['metric']}: {metric['text']}{money}", title_justify="left")
    by = cells[0]["dimension"]
    heads = [text("insights.period", language), *([by] if by else [])]
    for head in heads:
        table.add_column(head)
    for name in ("value", "interval", "customers", "change"):
        table.add_column(text(f"insights.{name}", language), justify="right")
    for cell in cells:
        group = [cell["group"] or text("insights.unknown", language)] if by else []
        table.add_row(_period(cell, language), *group, *_figures(cell, language))
    return table


def _period(cell: Json, language: str) -> str:
    return f"{cell['period']} ({text('insights.open', language)})" if cell["open"] else str(cell["period"])


def _figures(cell: Json, language: str) -> tuple[str, ...]:
    if cell["suppressed"]:
        return (text("insights.suppressed", language), "", "", "")
    interval = "" if cell["low"] is None else f"{_figure(cell['low'], language)} – {_figure(cell['high'], language)}"
    star = "*" if cell["change_stands"] else ""
    change = "" if cell["change"] is None else f"{_figure(cell['change'], language, sign='+')}{star}"
    return _figure(cell["value"], language), interval, figure_in(language, f"{cell['customers']:,}"), change


def _figure(value: float | None, language: str, *, sign: str = "") -> str:
    """A figure with three digits or all before the decimal mark.

    >>> _figure(1234.567, "en"), _figure(0.01234, "en"), _figure(2.5, "en", sign="+")
    ('1,235', '0.0123', '+2.50')
    """
    if value is None:
        return ""
    decimals = 0 if abs(value) >= 100 else 2 if abs(value) >= 1 else 4
    return figure_in(language, f"{value:{sign},.{decimals}f}")
