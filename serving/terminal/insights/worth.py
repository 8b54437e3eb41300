"""What better experiences are worth, as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from features.texts.catalogue import figure_in, sentence, text, texts_in

Json = Mapping[str, Any]


def worth_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A row an experience, what is worth mending most first; then why others are not told."""
    told = [row for row in answer["experiences"] if row["refusal"] is None]
    if not answer["experiences"]:
        yield text("report.worth.absent", language)
    if told:
        table = Table(title=text("report.worth", language), title_justify="left")
        table.add_column(text("report.worth.what", language))
        for name in ("spend", "kept", "naive", "yearly", "answers"):
            table.add_column(text(f"report.worth.{name}", language), justify="right")
        for row in told:
            table.add_row(_name(row, language), *_figures(row, language))
        yield table
        yield text("report.worth.caution", language)
    for row in answer["experiences"]:
        if row["refusal"] is not None:
            why = sentence(f"error.{row['refusal']}", language, row["params"])
            yield f"{_name(row, language)}: {why}"


def _name(row: Json, language: str) -> str:
    name = texts_in(language).get(f"experience.{row['name']}") or row["name"]
    return text(f"report.worth.{row['unit']}", language, name=name)


def _figures(row: Json, language: str) -> Iterator[str]:
    spend = f"{row['spend']:,.2f} ({row['spend_low']:,.2f} – {row['spend_high']:,.2f})"
    kept = f"{row['kept']:.1%} ({row['kept_low']:.1%} – {row['kept_high']:.1%})"
    figures = (spend, kept, f"{row['naive']:,.2f}", f"{row['yearly']:,.0f}", f"{row['n']:,.0f}")
    return (figure_in(language, figure) for figure in figures)
