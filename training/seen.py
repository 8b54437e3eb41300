"""Which models had seen people: computed from the moments that each model was trained from, kept in no list."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.events.tables import WITH_ATTRIBUTES
from features.lake import Lake
from training.registry.versions import listing
from training.targets import targets_of
from training.walk.rows import history_start, training_rows


def models_that_saw(settings: Settings, people: Mapping[str, Collection[str]]) -> dict[str, dict[str, list[int]]]:
    """By person, whose fragments are told, and by model the versions, the oldest first, that learnt from their events.

    That is if all were allowed, and whoever was left out of a sample counts too. Somebody is in the population of a
    target by their own events alone, so a lake of nothing but theirs, with who they were at each moment, tells it.
    """
    seen: dict[str, dict[str, list[int]]] = {person: {} for person in people}
    lake, versions = Lake(settings.lake), listing(settings)
    if not versions:
        return seen
    whose = {fragment: person for person, fragments in people.items() for fragment in fragments}
    targets, starts = targets_of(settings), dict[int, int]()
    with tempfile.TemporaryDirectory(prefix=".seen-", dir=settings.home) as folder:
        alone = Lake(Path(folder))
        _copy(lake, alone, whose)
        for entry in reversed(versions):
            first = starts.setdefault(entry.as_of, history_start(lake, as_of=entry.as_of))
            rows = pl.concat(training_rows(alone, targets[entry.name], first=first, as_of=entry.as_of))
            learnt = rows.filter(pl.col("y").is_not_null())["customer_id"].unique()
            for person in dict.fromkeys(whose[customer] for customer in learnt):
                seen[person].setdefault(entry.name, []).append(entry.version)
    return seen


def _copy(lake: Lake, alone: Lake, fragments: Collection[str]) -> None:
    """Write a lake of the events of some fragments, what tables say of them, and what all events are about."""
    own = pl.col("fragment").is_in(list(fragments))
    events = lake.scan("events").filter(own).collect()
    theirs = pl.col("customer_id").is_in(list(fragments))
    tables = {name: lake.scan(name).filter(theirs).collect() for name in sorted(WITH_ATTRIBUTES)}
    alone.write(
        {"events": events, **tables, "offers": lake.scan("offers").collect(), "items": lake.scan("items").collect()}
    )
    persons = lake.scan("persons").filter(own).collect()
    if not persons.is_empty():
        alone.write_people({"persons": persons})
