"""The answer about metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.moments import iso
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.tables import Tables
from serving.http.insights.provenance import provenance
from serving.store.engine import outages_as_errors
from serving.store.hidden import pending_nodes

Json = dict[str, Any]


def answer_metrics(settings: Settings, question: Question) -> Json:
    """The cells of metrics, and the differences of the groups that are compared."""
    answer = told(Tables(settings.insights), question, settings.language)
    return {
        **provenance(answer.manifest),
        "currency": settings.currency,
        "dimensions": answer.dimensions,
        "overlapping": answer.overlapping,
        "metrics": answer.metrics,
        "cells": _timed(answer.cells),
        "differences": _timed(answer.differences),
    }


def _timed(rows: Sequence[Json]) -> list[Json]:
    return [{**row, "start": iso(row["start"]), "end": iso(row["end"])} for row in rows]


@outages_as_errors()
def answer_people(settings: Settings, store: Engine, figure: Figure, *, after: str, count: int) -> Json:
    """Who is behind a figure, but nobody who was erased since."""
    tables = Tables(settings.insights)
    return page_of(tables, store, people_behind(tables, figure), after=after, count=count)


def page_of(tables: Tables, store: Engine, ids: Sequence[str], *, after: str, count: int) -> Json:
    """The customers ``after`` one, ``count`` at most, of a list sorted by id, but nobody who was erased since."""
    erased = pending_nodes(store)
    people = [each for each in ids if each not in erased]
    rest = [each for each in people if each > after]
    shown = rest[:count]
    more = shown[-1] if rest[count:] else None
    return {"as_of": iso(tables.manifest.as_of), "total": len(people), "customers": shown, "next": more}
