"""Metrics as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import text
from insights.words import Figures, Words
from serving.terminal.insights.tables import row_of, titled

Json = Mapping[str, Any]


def metric_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a metric: its periods, and groups where it is told by any."""
    cells: dict[str, list[Json]] = {metric["metric"]: [] for metric in answer["metrics"]}
    for cell in answer["cells"]:
        cells[cell["metric"]].append(cell)
    for metric in answer["metrics"]:
        own = cells[metric["metric"]]
        if own:
            yield _table(metric, own, answer["currency"], Words(language))
            yield text("insights.compared", language, compared=own[0]["compared"])
        elif metric["missing"]:
            yield text("insights.missing", language, metric=metric["metric"], missing=metric["missing"])
        yield from _remarks(metric, own, language)
    if not answer["cells"]:
        yield text("insights.no_figures" if answer["metrics"] else "insights.no_metrics", language)


def _remarks(metric: Json, cells: list[Json], language: str) -> Iterator[str]:
    """Of what is asked for and nobody has, and how many of those asked the weights leave out."""
    for each in metric["nobody_has"]:
        code = "insights.nobody_has.near" if each["near"] else "insights.nobody_has"
        yield text(code, language, metric=metric["metric"], **each)
    unheard = [cell for cell in cells if cell["unheard"]]
    if unheard:
        share = Words(language).number(unheard[-1]["unheard"], "share")
        yield text("insights.unheard", language, share=share, period=unheard[-1]["period"])


def _table(metric: Json, cells: list[Json], currency: str, words: Words) -> Table:
    by = cells[0]["dimension"]
    beside = [name for name in ("target", "unweighted") if any(cell[name] is not None for cell in cells)]
    names = [words.say("insights.period"), *([words.name("dimension", by)] if by else [])]
    heads = [words.say(f"insights.{name}") for name in ("value", "interval", "customers", "change", *beside)]
    table = titled(_title(metric, currency), names, heads)
    figures = words.figures(metric["unit"], (cell["value"] for cell in cells))
    told = {"target": _target, "unweighted": _unweighted}
    for cell in cells:
        group = [words.group(by, cell["group"] or None)] if by else []
        more = (told[name](cell, figures) for name in beside)
        row_of(table, _period(cell, words), *group, *_figures(cell, figures), *more)
    return table


def difference_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a metric: the figures of two groups, and what the first has beyond the second."""
    for metric in answer["metrics"]:
        if own := [row for row in answer["differences"] if row["metric"] == metric["metric"]]:
            yield _differences(metric, own, answer["currency"], Words(language))
    if answer["differences"]:
        yield text("insights.differences", language, compared=answer["differences"][0]["compared"])
        if answer["differences"][0]["dimension"] in answer["overlapping"]:
            yield text("insights.overlapping", language)


def _differences(metric: Json, rows: list[Json], currency: str, words: Words) -> Table:
    groups = [words.group(rows[0]["dimension"], rows[0][side]) for side in ("group", "other")]
    heads = [*groups, *(words.say(f"insights.{name}") for name in ("difference", "interval"))]
    table = titled(_title(metric, currency), [words.say("insights.period")], heads)
    figures = words.figures(metric["unit"], (row[name] for row in rows for name in ("value", "other_value")))
    for row in rows:
        values = [_value(row[name], figures) for name in ("value", "other_value")]
        difference = _change(row["difference"], figures) + ("*" if row["stands"] else "")
        ends = "" if row["low"] is None else figures.ends(row["low"], row["high"])
        row_of(table, row["period"], *values, difference, ends)
    return table


def people_table(answer: Json, language: str) -> RenderableType:
    """The customers behind a figure."""
    words = Words(language)
    title = words.say("insights.listed", count=words.count(answer["total"]))
    table = titled(title, [words.say("insights.customer")], [])
    for customer in answer["customers"]:
        row_of(table, customer)
    return table


def _title(metric: Json, currency: str) -> str:
    money = f", {currency}" if metric["unit"] == "money" else ""
    return f"{metric['metric']}: {metric['text']}{money}"


def _period(cell: Json, words: Words) -> str:
    return f"{cell['period']} ({words.say('insights.open')})" if cell["open"] else str(cell["period"])


def _figures(cell: Json, figures: Figures) -> tuple[str, ...]:
    if cell["suppressed"]:
        return (figures.words.say("insights.suppressed"), "", "", "")
    value, interval = _value(cell["value"], figures), figures.interval(cell["low"], cell["high"])
    if cell["refusal"]:
        value = figures.words.say(f"insights.{cell['refusal']}")
    star = "*" if cell["change_stands"] else ""
    change = "" if cell["change"] is None else _change(cell["change"], figures) + star
    return value, interval, figures.words.count(cell["customers"]), change


def _target(cell: Json, figures: Figures) -> str:
    """What a figure should reach, and whether it does."""
    verdict = figures.words.say(f"insights.{cell['verdict']}") if cell["verdict"] else ""
    return " ".join(filter(None, [_value(cell["target"], figures), verdict]))


def _unweighted(cell: Json, figures: Figures) -> str:
    return _value(cell["unweighted"], figures)


def _value(value: float | None, figures: Figures) -> str:
    return "" if value is None else figures.value(value)


def _change(value: float | None, figures: Figures) -> str:
    return "" if value is None else figures.change(value, short=True)
