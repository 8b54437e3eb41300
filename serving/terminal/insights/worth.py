"""What better experiences are worth, as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType

from features.texts.catalogue import sentence, text, texts_in
from insights.report.sections import worth_figures
from insights.words import Words
from serving.terminal.insights.tables import row_of, titled

Json = Mapping[str, Any]


def worth_tables(answer: Json, language: str) -> Iterator[RenderableType]:
    """A row an experience, what is worth mending most first; then why others are not told."""
    told = [row for row in answer["experiences"] if row["refusal"] is None]
    if not answer["experiences"]:
        yield text("report.worth.absent", language)
    if told:
        for row in told:
            heads = (text(f"report.worth.{name}", language) for name in ("spend", "kept", "naive", "yearly", "answers"))
            table = titled(_name(row, language), [""], [""])
            for head, figure in zip(heads, worth_figures(row, Words(language, answer["currency"])), strict=True):
                row_of(table, head, figure)
            yield table
        yield text("report.worth.caution", language)
    for row in answer["experiences"]:
        if row["refusal"] is not None:
            why = sentence(f"error.{row['refusal']}", language, row["params"])
            yield f"{_name(row, language)}: {why}"


def _name(row: Json, language: str) -> str:
    name = texts_in(language).get(f"experience.{row['name']}") or row["name"]
    return text(f"report.worth.{row['unit']}", language, name=name)
