"""The answers about journeys."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.moments import iso
from insights.differing import questions as of_differing
from insights.journeys.questions import Came, people, told
from insights.tables import Tables
from insights.winnable import questions as of_winnable
from serving.http.insights.provenance import provenance
from serving.store.engine import outages_as_errors
from serving.store.hidden import pending_nodes

Json = dict[str, Any]


def answer_journeys(settings: Settings, journey: str | None, by: str | None, *, last: int = 0) -> Json:
    """A journey or all: its steps, where those who were dropped went next, what is lost, and who could still be won."""
    tables = Tables(settings.insights)
    answer = told(tables, journey, by, minor_units=settings.minor_units, last=last)
    return {
        **provenance(answer.manifest),
        "currency": settings.currency,
        "dimensions": answer.dimensions,
        "steps": answer.steps,
        "months": answer.months,
        "times": answer.times,
        "next": answer.next,
        "losses": answer.losses,
        "winnable": of_winnable.told(tables, journey),
    }


@outages_as_errors()
def answer_entries(
    settings: Settings, store: Engine, journey: str, step: str, came: Came, *, offset: int, limit: int
) -> Json:
    """A page of the entries that reached a step of a journey, or were dropped after it; of nobody erased since."""
    tables, erased = Tables(settings.insights), pending_nodes(store)
    found = people(tables, journey, step, came, offset=offset, limit=limit, erased=erased)
    manifest = tables.manifest
    entries = [{**row, "entered": iso(row["entered"]), "last": iso(row["last"])} for row in found.entries]
    return {**provenance(manifest), "count": found.count, "entries": entries}


@outages_as_errors()
def answer_winnable(settings: Settings, store: Engine, journey: str, step: str, *, offset: int, limit: int) -> Json:
    """A page of those who were dropped after a step and could still be won; of nobody erased since."""
    tables, erased = Tables(settings.insights), pending_nodes(store)
    found = of_winnable.people(tables, journey, step, offset=offset, limit=limit, erased=erased)
    manifest = tables.manifest
    return {
        **provenance(manifest),
        "currency": settings.currency,
        "count": found.count,
        "customers": [{**row, "last": iso(row["last"])} for row in found.customers],
    }


def answer_differing(settings: Settings, journey: str) -> Json:
    """What those who went on from each step of a journey differ in from those who were dropped."""
    tables = Tables(settings.insights)
    traits, manifest = of_differing.told(tables, journey), tables.manifest
    return {
        **provenance(manifest),
        "currency": settings.currency,
        "traits": traits,
    }
