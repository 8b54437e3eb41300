"""What those who went on from a step differ in, as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.console import RenderableType

from features.texts.catalogue import text
from insights.differing.questions import code_of
from insights.words import Words
from serving.terminal.insights.tables import row_of, titled

Json = Mapping[str, Any]
MOST = 12


def trait_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A table for each step of what stands, the largest effects first."""
    for step, rows in groupby(answer["traits"], key=lambda row: str(row["step"])):
        own = list(rows)
        stands = [row for row in own if row["stands"]]
        if not stands:
            yield text("journeys.differ.none", language, step=step, compared=own[0]["compared"])
            continue
        title = text("journeys.differ", language, step=step, compared=own[0]["compared"])
        heads = [text(f"journeys.{name}", language) for name in ("went", "were_dropped", "difference", "interval")]
        table = titled(title, [text("journeys.trait", language)], heads)
        for row in stands[:MOST]:
            row_of(table, trait_in(row, language), *_figures(row, Words(language)))
        yield table
    if any(row["stands"] for row in answer["traits"]):
        yield text("journeys.differ.caution", language)


def trait_in(row: Json, language: str) -> str:
    """What a trait is called."""
    code, kind = code_of(row["trait"])
    if row["unit"] == "share":
        words = Words(language)
        return f"{words.name('dimension', row['trait'])}: {words.group(row['trait'], row['group'])}"
    return text(code, language) if kind is None else text(code, language, kind=Words(language).event(kind))


def _figures(row: Json, words: Words) -> tuple[str, str, str, str]:
    unit = "ratio" if row["unit"] in ("days", "count") else row["unit"]
    figures = words.figures(unit, (row[name] for name in ("went", "dropped")))
    went, dropped = (figures.value(row[name]) for name in ("went", "dropped"))
    return went, dropped, figures.change(row["difference"], short=True), figures.ends(row["low"], row["high"])
