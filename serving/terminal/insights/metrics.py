"""Insights as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import duration_in, figure_in, text

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
    if not answer["cells"]:
        yield text("insights.no_figures" if answer["metrics"] else "insights.no_metrics", language)


def _table(metric: Json, cells: list[Json], currency: str, language: str) -> Table:
    table = _titled(metric, currency)
    by = cells[0]["dimension"]
    heads = [text("insights.period", language), *([by] if by else [])]
    for head in heads:
        table.add_column(head)
    for name in ("value", "interval", "customers", "change"):
        table.add_column(text(f"insights.{name}", language), justify="right")
    has_target, has_weights = (any(cell[name] is not None for cell in cells) for name in ("target", "unweighted"))
    for name, there in (("target", has_target), ("unweighted", has_weights)):
        if there:
            table.add_column(text(f"insights.{name}", language), justify="right")
    decimals = _decimals(metric["unit"], (cell["value"] for cell in cells))  # None: durations, each in its unit
    for cell in cells:
        group = [cell["group"] or text("insights.unknown", language)] if by else []
        target = [_target(cell, decimals, language)] if has_target else []
        plain = [_figure(cell["unweighted"], decimals, language)] if has_weights else []
        table.add_row(_period(cell, language), *group, *_figures(cell, decimals, language), *target, *plain)
    return table


def difference_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a metric: the figures of two groups, and what the first has beyond the second."""
    for metric in answer["metrics"]:
        if own := [row for row in answer["differences"] if row["metric"] == metric["metric"]]:
            yield _differences(metric, own, answer["currency"], language)
    if answer["differences"]:
        yield text("insights.differences", language, compared=answer["differences"][0]["compared"])
        if answer["differences"][0]["dimension"] in answer["overlapping"]:
            yield text("insights.overlapping", language)


def _differences(metric: Json, rows: list[Json], currency: str, language: str) -> Table:
    table = _titled(metric, currency)
    table.add_column(text("insights.period", language))
    for head in (rows[0]["group"], rows[0]["other"], *_words(language, "difference", "interval")):
        table.add_column(head, justify="right")
    decimals = _decimals(metric["unit"], (row[name] for row in rows for name in ("value", "other_value")))
    for row in rows:
        figures = [_figure(row[name], decimals, language) for name in ("value", "other_value")]
        told = _figure(row["difference"], decimals, language, sign="+") + ("*" if row["stands"] else "")
        table.add_row(row["period"], *figures, told, _interval(row, decimals, language))
    return table


def people_table(answer: Json, language: str) -> RenderableType:
    """The customers behind a figure."""
    table = Table(title=text("insights.listed", language, count=answer["total"]), title_justify="left")
    table.add_column(text("insights.customer", language))
    for customer in answer["customers"]:
        table.add_row(customer)
    return table


def _titled(metric: Json, currency: str) -> Table:
    money = f", {currency}" if metric["unit"] == "money" else ""
    return Table(title=f"{metric['metric']}: {metric['text']}{money}", title_justify="left")


def _words(language: str, *names: str) -> list[str]:
    return [text(f"insights.{name}", language) for name in names]


def _period(cell: Json, language: str) -> str:
    return f"{cell['period']} ({text('insights.open', language)})" if cell["open"] else str(cell["period"])


def _figures(cell: Json, decimals: int | None, language: str) -> tuple[str, ...]:
    if cell["suppressed"]:
        return (text("insights.suppressed", language), "", "", "")
    value, interval = _figure(cell["value"], decimals, language), _interval(cell, decimals, language)
    if cell["refusal"]:
        value = text(f"insights.{cell['refusal']}", language)
    star = "*" if cell["change_stands"] else ""
    change = "" if cell["change"] is None else f"{_figure(cell['change'], decimals, language, sign='+')}{star}"
    return value, interval, figure_in(language, f"{cell['customers']:,}"), change


def _target(cell: Json, decimals: int | None, language: str) -> str:
    """What a figure should reach, and whether it does."""
    verdict = text(f"insights.{cell['verdict']}", language) if cell["verdict"] else ""
    return " ".join(filter(None, [_figure(cell["target"], decimals, language), verdict]))


def _interval(row: Json, decimals: int | None, language: str) -> str:
    low, high = (_figure(row[name], decimals, language) for name in ("low", "high"))
    return f"{low} – {high}" if low else ""


def _decimals(unit: str, values: Iterable[float | None]) -> int | None:
    """With how many decimals a metric is told, its intervals and changes too; None of durations.

    >>> _decimals("count", [12.0, None]), _decimals("money", [1234.5, 9.0]), _decimals("money", [0.0, 28.67])
    (0, 0, 2)
    >>> _decimals("share", [1.0]), _decimals("ratio", [0.123, 0.45]), _decimals("days", [0.0])
    (4, 4, None)
    """
    if unit == "days":
        return None
    known = [value for value in values if value is not None]
    most = max(map(abs, known), default=0)
    if most >= 100 or (unit in ("count", "customers") and all(value == round(value) for value in known)):
        return 0
    return 4 if unit == "share" or 0 < most < 1 else 2


def _figure(value: float | None, decimals: int | None, language: str, *, sign: str = "") -> str:
    """A figure, nothing where it is not known; without ``decimals`` it is a duration in days.

    >>> _figure(1234.567, 0, "en"), _figure(2.5, 2, "en", sign="+"), _figure(-0.001, 2, "en"), _figure(0.5, None, "en")
    ('1,235', '+2.50', '0.00', '12 h')
    """
    if value is None:
        return ""
    if decimals is None:
        return duration_in(language, value, sign=sign)
    return figure_in(language, f"{round(value, decimals) + 0.0:{sign},.{decimals}f}")
