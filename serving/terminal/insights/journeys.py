"""Journeys as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import figure_in, text
from insights.words import Words
from serving.terminal.insights.losses import loss_in_words
from serving.terminal.insights.tables import row_of, titled

Json = Mapping[str, Any]


def journey_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a journey: its steps, with groups where it is told by any; then where people went, and what is lost."""
    for name, rows in groupby(answer["steps"], key=lambda row: str(row["journey"])):
        yield from _step_tables(name, list(rows), Words(language))
        for month, of_month in groupby(_of(answer["months"], name), key=lambda row: str(row["period"])):
            yield from _step_tables(f"{name}, {month}", list(of_month), Words(language))
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
    told = figure_in(language, f"{hours / size:,.4g}")
    return f"{text(f'journeys.after.{unit}', language, count=told)} {Words(language).share(row['share'])}"


def _went(row: Json, currency: str, language: str) -> str:
    """What came next, for how many, and what they brought."""
    what, entries = row["next"] or text("journeys.nothing", language), figure_in(language, f"{row['entries']:,}")
    brought = figure_in(language, f" ({row['brought']:,.2f} {currency})") if row["brought"] else ""
    return f"{what} {entries}{brought}"


def entry_table(answer: Json, language: str) -> RenderableType:
    """The customers behind a number."""
    words = Words(language)
    heads = [words.say(f"journeys.{name}") for name in ("customer", "entered", "last", "next_event")]
    table = titled(words.say("journeys.listed", count=words.count(answer["count"])), heads, [])
    for row in answer["entries"]:
        row_of(table, row["customer_id"], row["entered"], row["last"], row["next"] or "")
    return table


def winnable_table(answer: Json, language: str) -> RenderableType:
    """Who could still be won, the best first."""
    words = Words(language)
    names = [words.say(f"journeys.{name}") for name in ("customer", "last")]
    heads = [words.say(f"journeys.{name}", currency=answer["currency"]) for name in ("chance", "worth", "expected")]
    table = titled(words.say("journeys.winners", count=words.count(answer["count"])), names, heads)
    for row in answer["customers"]:
        amounts = ("" if row[name] is None else words.figure(f"{row[name]:,.2f}") for name in ("worth", "expected"))
        row_of(table, row["customer_id"], row["last"][:10], words.share(row["chance"]), *amounts)
    return table


def _of(rows: list[Json], journey: str) -> list[Json]:
    return [row for row in rows if row["journey"] == journey]


def _step_tables(name: str, rows: list[Json], words: Words) -> Iterator[Table]:
    """A table of the steps downwards; one for each group where they are told by any."""
    for (by, group), own in groupby(rows, key=lambda row: (row["dimension"], row["group"])):
        title = f"{name}, {words.name('dimension', by)}: {words.group(by, group)}" if by else name
        heads = [words.say(f"journeys.{each}") for each in ("reached", "share", "interval", "dropped", "open", "hours")]
        table = titled(title, [words.say("journeys.step")], heads)
        for row in own:
            row_of(table, row["step"], *_figures(row, words))
        yield table


def _figures(row: Json, words: Words) -> tuple[str, ...]:
    if row["suppressed"]:
        return (words.say("insights.suppressed"), *[""] * 5)
    reached, dropped, still_open = (words.count(row[name]) for name in ("reached", "dropped", "open"))
    share = "" if row["share"] is None else words.share(row["share"])
    interval = "" if row["low"] is None else words.interval(row, "share")
    hours = "" if row["hours"] is None else words.figure(f"{row['hours']:,.1f}")
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
