"""The answer about metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.moments import iso
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.tables import Tables
from serving.store.engine import outages_as_errors
from serving.store.hidden import pending_nodes

Json = dict[str, Any]


def answer_metrics(settings: Settings, metrics: Sequence[str], by: str | None, grain: str, last: int) -> Json:
    """The cells of metrics (none named: all) in the ``last`` periods of a grain."""
    answer = told(Tables(settings.insights), Question(tuple(metrics), by, grain, last), settings.language)
    cells = [{**cell, "start": iso(cell["start"]), "end": iso(cell["end"])} for cell in answer.cells]
    return {
        "as_of": iso(answer.as_of),
        "build": answer.build,
        "currency": settings.currency,
        "dimensions": answer.dimensions,
        "metrics": answer.metrics,
        "cells": cells,
    }


@outages_as_errors()
def answer_people(settings: Settings, store: Engine, figure: Figure, *, after: str, count: int) -> Json:
    """Who is behind a figure, but nobody who was erased since."""
    tables, erased = Tables(settings.insights), pending_nodes(store)
    people = [each for each in people_behind(tables, figure) if each not in erased]
    rest = [each for each in people if each > after]
    shown = rest[:count]
    more = shown[-1] if rest[count:] else None
    return {"as_of": iso(tables.manifest.as_of), "total": len(people), "customers": shown, "next": more}
