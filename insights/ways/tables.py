"""The tables of ways: from where each journey begins, and to where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from insights.intervals import proportion
from insights.journeys.paths import Direction, Paths, Touchpoints
from insights.journeys.tables.declared import journeys_at
from insights.journeys.tables.rows import LEAST
from insights.people import Audience
from insights.tables import Draft

DEPTH: Final = 5  # touchpoints beside the one that is asked for
MOST: Final = 12  # kinds, and ways
_OF: Final = (("touchpoint", pa.string()), ("direction", pa.string()))
_FIGURES: Final = (
    ("customers", pa.int64()), ("of", pa.int64()), ("share", pa.float64()), ("low", pa.float64()),
    ("high", pa.float64()),
)  # fmt: skip
PATHS: Final = pa.schema([*_OF, ("place", pa.int64()), ("steps", pa.list_(pa.string())), *_FIGURES])
STEPS: Final = pa.schema([*_OF, ("distance", pa.int64()), ("kind", pa.string()), *_FIGURES])
PEOPLE: Final = pa.schema([*_OF, ("place", pa.int64()), ("customer_id", pa.string())])
Rows = list[dict[str, object]]


def write_paths(audience: Audience, draft: Draft) -> None:
    """Write ``paths`` (the most frequent ways), ``path_steps`` (who is where after so many) and ``path_people``."""
    happened, asked = Touchpoints.of(audience.events()), _asked(audience)
    ways: Rows = []
    steps: Rows = []
    people = [PEOPLE.empty_table()]
    for touchpoint, direction in asked:
        if touchpoint not in happened.kinds:
            continue
        found = happened.paths(touchpoint, direction=direction, depth=DEPTH, most=MOST)
        head: dict[str, object] = {"touchpoint": touchpoint, "direction": direction}
        told = [(way, count) for way, count in found.most_frequent(MOST)[0] if count >= LEAST]
        for place, (way, count) in enumerate(told, 1):
            own = {**head, "place": place}
            ways.append({**own, "steps": [kind for kind in way if kind is not None], **_figures(found, count)})
            ids = found.takers(way).sort().to_arrow().cast(pa.string())
            columns = [*(pa.repeat(value, len(ids)) for value in own.values()), ids]
            people.append(pa.table(dict(zip(PEOPLE.names, columns, strict=True)), schema=PEOPLE))
        steps += [{**head, **row} for row in _steps(found)]
    draft.write("paths", pa.Table.from_pylist(ways, PATHS))
    draft.write("path_steps", pa.Table.from_pylist(steps, STEPS))
    draft.write("path_people", pa.concat_tables(people))


def _asked(audience: Audience) -> list[tuple[str, Direction]]:
    """The kinds that journeys begin with, and those that they end with."""
    journeys = journeys_at(audience)
    begins: set[tuple[str, Direction]] = {(journey.kind_of(0), "from") for journey in journeys}
    ends: set[tuple[str, Direction]] = {(journey.kind_of(-1), "to") for journey in journeys}
    return sorted(begins | ends)


def _steps(found: Paths) -> Iterator[dict[str, object]]:
    """How many were where at each distance; of fewer than five nothing is told."""
    names = (*found.names, None)
    for distance, place in np.argwhere(found.matrix >= LEAST).tolist():
        yield {"distance": distance, "kind": names[place], **_figures(found, int(found.matrix[distance, place]))}


def _figures(found: Paths, count: int) -> dict[str, object]:
    every = len(found.customers)
    share, low, high, _ = proportion(np.array(count / every), np.array(every)).numbers()
    return {"customers": count, "of": every, "share": share, "low": low, "high": high}
