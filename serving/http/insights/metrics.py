"""The answer about metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from features.config.settings import Settings
from features.moments import iso
from insights.metrics.questions import Question, told
from insights.tables import Tables

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
