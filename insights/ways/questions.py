"""Questions about ways, answered from the tables of a refresh without any engine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from features.errors import StamkundError
from insights.tables import Manifest, Tables

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """The most frequent ``paths``, and how many were where after each number of ``steps``."""

    manifest: Manifest
    paths: list[Row]
    steps: list[Row]


@dataclass(frozen=True)
class Way:
    """One of the most frequent ways, by its ``place`` among those ``from`` a touchpoint, or ``to`` it."""

    touchpoint: str
    direction: str
    place: int


def told(tables: Tables, touchpoint: str | None) -> Answer:
    """Of a touchpoint or all; raises :class:`StamkundError` for one that no journey begins or ends with."""
    manifest = tables.manifest
    paths, steps = (tables.read(name).drop_columns(["as_of", "build"]).to_pylist() for name in ("paths", "path_steps"))
    if touchpoint is not None:
        _check("unknown_touchpoint", "touchpoint", touchpoint, {row["touchpoint"] for row in steps})
    own = ([row for row in rows if touchpoint in (None, row["touchpoint"])] for rows in (paths, steps))
    return Answer(manifest, *own)


def people_of(tables: Tables, way: Way) -> list[str]:
    """The customers whose way it is; raises :class:`StamkundError` for a way that is not told."""
    rows = tables.read("paths", columns=["touchpoint", "direction", "place"]).to_pylist()
    _check("unknown_touchpoint", "touchpoint", way.touchpoint, {row["touchpoint"] for row in rows})
    own = [row for row in rows if row["touchpoint"] == way.touchpoint]
    _check("unknown_direction", "direction", way.direction, {row["direction"] for row in own})
    known = {str(row["place"]) for row in own if row["direction"] == way.direction}
    _check("unknown_path", "place", str(way.place), known)
    asked: list[tuple[str, str, object]] = [
        ("touchpoint", "=", way.touchpoint), ("direction", "=", way.direction), ("place", "=", way.place),
    ]  # fmt: skip
    people: list[str] = tables.read("path_people", columns=["customer_id"], filters=asked)["customer_id"].to_pylist()
    return people


def _check(code: str, field: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise StamkundError.unknown(code, field, name, known, field=field)
