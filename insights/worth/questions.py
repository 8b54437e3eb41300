"""What better experiences are worth, answered from the table of a refresh without any engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from insights.tables import Manifest, Tables


@dataclass(frozen=True)
class Answer:
    """The experiences, what is worth mending most first, then those that are refused; in units of the currency."""

    manifest: Manifest
    experiences: list[dict[str, Any]]


def told(tables: Tables) -> Answer:
    """All that the last refresh found."""
    manifest, rows = tables.manifest, tables.read("worth").drop_columns(["as_of", "build"]).to_pylist()
    experiences = [{**row, "params": dict(row["params"] or {})} for row in rows]
    return Answer(manifest, experiences)
