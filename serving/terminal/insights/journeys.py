"""Journeys as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import figure_in, text
from serving.terminal.insights.losses import loss_in_words

Json = Mapping[str, Any]


def journey_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a journey: its steps, with groups where it is told by any; then where people went, and what is lost."""
    for name, rows in groupby(answer["steps"], key=lambda row: str(row["journey"])):
        yield _steps(name, list(rows), language)
        for month, of_month in groupby(_of(answer["months"], name), key=lambda row: str(row["period"])):
            yield _steps(f"{name}, {month}", list(of_month), language)
        for step, times in groupby(_of(answer["times"], name), key=lambda row: str(row["step"])):
            came = [_came(row, language) for row in times if row["share"] is not None and row["dimension"] is None]
            if came:
                yield text("journeys.came", language, step=step, came=", ".join(came))
        for step, following in groupby(_of(answer["next"], name), key=lambda row: str(row["step"])):
            went = [_went(row, answer["currency"], language) for row in following]
            yield text("journeys.next", language, step=step, went=", ".join(went[:6]))
        for loss in _of(answer["losses"], name):
            yield loss_in_words(loss, "journeys", answer["currency"], language, step=loss["step"])
        for row in _of(answer["winnable"], name):
            yield from _winnable(row, answer["currency"], language)


def _came(row: Json, language: str) -> str:
    """What share had come after how long."""
    hours = row["hours"]
    unit, size = ("days", 24) if hours >= 24 else ("hours", 1)
    told, share = (figure_in(language, figure) for figure in (f"{hours / size:,.4g}", f"{row['share']:.1%}"))
    return f"{text(f'journeys.after.{unit}', language, count=told)} {share}"


def _went(row: Json, currency: str, language: str) -> str:
    """What came next, for how many, and what they brought."""
    what, entries = row["next"] or text("journeys.nothing", language), figure_in(language, f"{row['entries']:,}")
    brought = figure_in(language, f" ({row['brought']:,.2f} {currency})") if row["brought"] else ""
    return f"{what} {entries}{brought}"


def entry_table(answer: Json, language: str) -> RenderableType:
    """The customers behind a number."""
    table = Table(title=text("journeys.listed", language, count=answer["count"]), title_justify="left")
    for name in ("customer", "entered", "last", "next_event"):
        table.add_column(text(f"journeys.{name}", language))
    for row in answer["entries"]:
        table.add_row(row["customer_id"], row["entered"], row["last"], row["next"] or "")
    return table


def winnable_table(answer: Json, language: str) -> RenderableType:
    """Who could still be won, the best first."""
    table = Table(title=text("journeys.winners", language, count=answer["count"]), title_justify="left")
    for name in ("customer", "last"):
        table.add_column(text(f"journeys.{name}", language))
    for name in ("chance", "worth", "expected"):
        table.add_column(text(f"journeys.{name}", language, currency=answer["currency"]), justify="right")
    for row in answer["customers"]:
        amounts = ("" if row[name] is None else f"{row[name]:,.2f}" for name in ("worth", "expected"))
        figures = (figure_in(language, figure) for figure in (f"{row['chance']:.1%}", *amounts))
        table.add_row(row["customer_id"], row["last"][:10], *figures)
    return table


def _of(rows: list[Json], journey: str) -> list[Json]:
    return [row for row in rows if row["journey"] == journey]


def _steps(name: str, rows: list[Json], language: str) -> Table:
    table = Table(title=name, title_justify="left")
    by = rows[0]["dimension"]
    for head in (*([by] if by else []), text("journeys.step", language)):
        table.add_column(head)
    for column in ("reached", "share", "interval", "dropped", "open", "hours"):
        table.add_column(text(f"journeys.{column}", language), justify="right")
    for row in rows:
        group = [row["group"] or text("insights.unknown", language)] if by else []
        table.add_row(*group, row["step"], *_figures(row, language))
    return table


def _figures(row: Json, language: str) -> tuple[str, ...]:
    if row["suppressed"]:
        return (text("insights.suppressed", language), *[""] * 5)
    counts = (figure_in(language, f"{row[name]:,}") for name in ("reached", "dropped", "open"))
    reached, dropped, still_open = counts
    share = "" if row["share"] is None else figure_in(language, f"{row['share']:.1%}")
    interval = "" if row["low"] is None else figure_in(language, f"{row['low']:.1%} – {row['high']:.1%}")
    hours = "" if row["hours"] is None else figure_in(language, f"{row['hours']:,.1f}")
    return reached, share, interval, dropped, still_open, hours


def _winnable(step: Json, currency: str, language: str) -> Iterator[str]:
    """What could still be won after a step, in words; nothing where that is nobody."""
    if not step["customers"]:
        return
    counts = {name: figure_in(language, f"{step[name]:,}") for name in ("customers", "dropped", "back", "unscored")}
    how = text(f"journeys.win.{step['sense']}", language, model=step["model"])
    yield text("journeys.winnable", language, step=step["step"], how=how, **counts)
    if step["expected"] is not None:
        amounts = {name: figure_in(language, f"{step[name]:,.0f}") for name in ("worth", "expected")}
        yield text("journeys.winnable.worth", language, currency=currency, **amounts)
