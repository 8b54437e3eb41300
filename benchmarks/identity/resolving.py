"""How long a million identifiers take to become people, at one moment or at eight, and how right they are then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import polars as pl

from benchmarks.identity.quality import Figures, beyond_limits, people_of, quality
from benchmarks.identity.world import DAYS, PEOPLE, START, world
from features.config.sections.identity import IdentitySettings
from features.identity.links import links_of
from features.identity.resolve import Resolution, resolve
from features.units import DAY

Result = TypeVar("Result")


def measure(_data: Path, folder: Path, people: int = PEOPLE) -> Figures:
    """Write the events of so many made-up people, and resolve them."""
    made = world(people, people * 50 // 3)
    made.events.write_parquet(folder / "events.parquet")
    identity, events = IdentitySettings(), pl.scan_parquet(folder / "events.parquet")
    links, linking = _time(lambda: links_of(events, identity))
    resolution, resolving = _time(lambda: resolve(links, identity))
    linked = links.nodes.select("node")
    limits = {name: kind.per_person for name, kind in identity.types.items() if kind.per_person}
    assert beyond_limits(people_of(linked, resolution), limits) == 0, "somebody holds more than a limit"
    one, eight = _time(lambda: _at(resolution, 1))[1], _time(lambda: _at(resolution, 8))[1]
    return {
        "events": float(made.events.height),
        "identifiers": float(made.truth["node"].n_unique()),
        "links": float(links.links.height),
        "million_identifiers_seconds": linking + resolving,
        "resolve_seconds": resolving,
        **quality(resolution, made.truth),
        "moments_8_ratio": (linking + resolving + eight) / (linking + resolving + one),
    }


def _at(resolution: Resolution, moments: int) -> list[pl.DataFrame]:
    """Who everybody was at so many moments, evenly spread."""
    times = [START + DAYS * DAY * (n + 1) // moments for n in range(moments)]
    persons = resolution.persons
    return [persons.filter(pl.col("from") <= time, pl.col("to") > time) for time in times]


def _time(work: Callable[[], Result]) -> tuple[Result, float]:
    start = perf_counter()
    result = work()
    return result, perf_counter() - start
