"""What those who went on from a step differ in, as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import figure_in, text
from insights.differing.questions import code_of

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
        table = Table(title=title, title_justify="left")
        table.add_column(text("journeys.trait", language))
        for name in ("went", "were_dropped", "difference", "interval"):
            table.add_column(text(f"journeys.{name}", language), justify="right")
        for row in stands[:MOST]:
            figures = (_figure(row[name], row["unit"], language) for name in ("went", "dropped", "difference"))
            ends = " – ".join(_figure(row[name], row["unit"], language) for name in ("low", "high"))
            table.add_row(trait_in(row, language), *figures, ends)
        yield table
    if any(row["stands"] for row in answer["traits"]):
        yield text("journeys.differ.caution", language)


def trait_in(row: Json, language: str) -> str:
    """What a trait is called."""
    code, kind = code_of(row["trait"])
    if row["unit"] == "share":
        return f"{row['trait']}: {row['group']}"
    return text(code, language) if kind is None else text(code, language, kind=kind)


def _figure(value: float, unit: str, language: str) -> str:
    return figure_in(language, f"{value:.1%}" if unit == "share" else f"{value:,.2f}")
