"""How customers move as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from rich.console import RenderableType

from features.texts.catalogue import figure_in, text
from insights.words import Words
from serving.terminal.insights.losses import loss_in_words
from serving.terminal.insights.tables import row_of, titled

Json = Mapping[str, Any]
_STAGES: Final = ("stages.before", "stages.stage")
_HEADS: Final = ("insights.customers", "journeys.share", "insights.interval")


def stage_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table a month: from which stage to which, how many, and the share of those in the stage before."""
    if not answer["moves"]:
        yield text("stages.none", language)
    for period, rows in groupby(answer["moves"], key=lambda row: str(row["period"])):
        names, heads = ([text(code, language) for code in codes] for codes in (_STAGES, _HEADS))
        table = titled(period, names, heads)
        for row in rows:
            stages = (text(f"stage.{row[name]}", language) for name in ("before", "stage"))
            row_of(table, *stages, *_figures(row, Words(language)))
        yield table
    for loss in answer["losses"]:
        stage = text(f"stage.{loss['stage']}", language)
        yield loss_in_words(loss, "stages", answer["currency"], language, step=stage, period=loss["period"])


def path_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table for each touchpoint and direction: the most frequent ways, each with how many took it."""
    if not answer["paths"]:
        yield text("paths.none", language)
    for (touchpoint, direction), rows in groupby(answer["paths"], key=itemgetter("touchpoint", "direction")):
        title = text(f"paths.{direction}", language, touchpoint=touchpoint)
        table = titled(title, ["#", text("paths.way", language)], [text(code, language) for code in _HEADS])
        for row in rows:
            way = " → ".join(row["steps"] if direction == "from" else reversed(row["steps"]))
            row_of(table, str(row["place"]), way, *_figures({**row, "suppressed": False}, Words(language)))
        yield table


def people_lines(answer: Json, language: str) -> Iterator[str]:
    """How many there are, then a line a customer."""
    yield f"{figure_in(language, format(answer['total'], ','))} {text('insights.customers', language)}"
    yield from answer["customers"]


def _figures(row: Json, words: Words) -> tuple[str, str, str]:
    if row["suppressed"]:
        return (words.say("insights.suppressed"), "", "")
    return words.count(row["customers"]), words.share(row["share"]), words.interval(row, "share")
