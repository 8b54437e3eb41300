"""How customers move as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import figure_in, text
from serving.terminal.insights.losses import loss_in_words

Json = Mapping[str, Any]


def stage_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a month: from which stage to which, how many, and the share of those in the stage before."""
    if not answer["moves"]:
        yield text("stages.none", language)
    for period, rows in groupby(answer["moves"], key=lambda row: str(row["period"])):
        table = Table(title=period, title_justify="left")
        for name in ("stages.before", "stages.stage"):
            table.add_column(text(name, language))
        for name in ("insights.customers", "journeys.share", "insights.interval"):
            table.add_column(text(name, language), justify="right")
        for row in rows:
            names = (text(f"stage.{row[name]}", language) for name in ("before", "stage"))
            table.add_row(*names, *_figures(row, language))
        yield table
    for loss in answer["losses"]:
        stage = text(f"stage.{loss['stage']}", language)
        yield loss_in_words(loss, "stages", answer["currency"], language, step=stage, period=loss["period"])


def path_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table for each touchpoint and direction: the most frequent ways, each with how many took it."""
    if not answer["paths"]:
        yield text("paths.none", language)
    for (touchpoint, direction), rows in groupby(answer["paths"], key=itemgetter("touchpoint", "direction")):
        table = Table(title=text(f"paths.{direction}", language, touchpoint=touchpoint), title_justify="left")
        table.add_column("#", justify="right")
        table.add_column(text("paths.way", language))
        for name in ("insights.customers", "journeys.share", "insights.interval"):
            table.add_column(text(name, language), justify="right")
        for row in rows:
            way = " → ".join(row["steps"] if direction == "from" else reversed(row["steps"]))
            table.add_row(str(row["place"]), way, *_figures({**row, "suppressed": False}, language))
        yield table


def people_lines(answer: Json, language: str) -> Iterator[str]:
    """How many there are, then a line a customer."""
    yield f"{figure_in(language, format(answer['total'], ','))} {text('insights.customers', language)}"
    yield from answer["customers"]


def _figures(row: Json, language: str) -> tuple[str, str, str]:
    if row["suppressed"]:
        return (text("insights.suppressed", language), "", "")
    interval = f"{row['low']:.1%} – {row['high']:.1%}"
    told = (f"{row['customers']:,}", f"{row['share']:.1%}", interval)
    customers, share, ends = (figure_in(language, figure) for figure in told)
    return customers, share, ends
