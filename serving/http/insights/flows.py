"""The answers about how customers move."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from insights.stages import questions as of_stages
from insights.tables import Tables
from insights.ways import questions as of_ways
from insights.worth import questions as of_worth
from serving.http.insights.metrics import page_of
from serving.http.insights.provenance import provenance
from serving.store.engine import outages_as_errors

Json = dict[str, Any]


def answer_stages(settings: Settings, last: int) -> Json:
    """How many moved between stages in the ``last`` months, and what is lost at each."""
    answer = of_stages.told(Tables(settings.insights), last=last, minor_units=settings.minor_units)
    return {
        **provenance(answer.manifest),
        "currency": settings.currency,
        "moves": answer.moves,
        "losses": answer.losses,
    }


@outages_as_errors()
def answer_moved(settings: Settings, store: Engine, move: of_stages.Move, *, after: str, count: int) -> Json:
    """Who moved so, but nobody who was erased since."""
    tables = Tables(settings.insights)
    return page_of(tables, store, of_stages.people_of(tables, move), after=after, count=count)


def answer_paths(settings: Settings, touchpoint: str | None) -> Json:
    """The ways to a touchpoint and from it on, or those of all that journeys begin or end with."""
    answer = of_ways.told(Tables(settings.insights), touchpoint)
    return {**provenance(answer.manifest), "paths": answer.paths, "steps": answer.steps}


@outages_as_errors()
def answer_takers(settings: Settings, store: Engine, way: of_ways.Way, *, after: str, count: int) -> Json:
    """Whose way it is, but nobody who was erased since."""
    tables = Tables(settings.insights)
    return page_of(tables, store, of_ways.people_of(tables, way), after=after, count=count)


def answer_worth(settings: Settings) -> Json:
    """What better experiences are worth, or why that is not told."""
    answer = of_worth.told(Tables(settings.insights))
    return {
        **provenance(answer.manifest),
        "currency": settings.currency,
        "experiences": answer.experiences,
    }
