"""Histories that try everything: features of every formula, and events with whatever these look at."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import polars as pl
from hypothesis import strategies as st

from benchmarks.company import synthetic
from features import FeatureSet, fit_features
from features.evaluate.online.record import Record
from features.evaluate.online.traits import Snapshot
from features.events.columns import MULTIPLIERS, TEXTS
from features.language.aggregations import CHOICE_FORMULAS, OF_BY_TAKE, Take
from features.language.attributes import Attribute
from features.language.conditions import ASPECTS
from features.language.declare import declare
from features.language.defaults import with_unique_names
from features.language.feature import Feature, of_attribute
from features.language.terms import HIGHEST, LOWEST, Condition
from features.units import DAY
from tests.features.one_customer import NOW, Row, event

CUSTOMERS = ("ann", "Åsa", "zoë", "10")
TRAITS: dict[str, Row] = {
    "ann": {"age": "30-44", "region": "North", "points": "12.5", "joined": "2023-05-01", "plan": "free", "kids": None},
    "Åsa": {"age": "unheard of", "region": None, "points": "many", "joined": None, "plan": None, "kids": "2"},
    "nobody": {"age": "60+", "region": "East", "points": "1", "joined": "2024-01-01", "plan": "gold", "kids": "0"},
}
TRAITS |= {f"{customer}'s twin": TRAITS[customer] for customer in ("ann", "Åsa")}
# Attributes of every origin and reading; `plan` and `kids` are in the table and in what `identify` events say.
ATTRIBUTES = (
    Attribute("points", "customers", "number"),
    Attribute("joined", "customers", "date"),
    Attribute("plan", "traits", "word", ("free", "gold", "true")),
    Attribute("kids", "traits", "number"),
    Attribute("moved", "traits", "date"),
    Attribute("tier", "snapshots", "word", ("a", "b")),
    Attribute("balance", "snapshots", "number"),
    Attribute("balance", "snapshots", "change"),
    Attribute("due", "snapshots", "date"),
)
SAID = [
    '{"plan": "gold", "kids": 2.5, "moved": "1999-12-31", "colour": ["red"]}', '{"plan": null, "kids": "3"}',
    '{"plan": true, "kids": false, "moved": "2024-09-01T10:00:00+02:00"}', '{"kids": "007", "moved": "soon"}', "{}",
]  # fmt: skip
SNAPSHOTS: dict[str, list[Snapshot]] = {
    "ann": [
        Snapshot(NOW - 90 * DAY, {"tier": "a", "balance": "-3.25", "due": "2024-01-31"}),
        Snapshot(NOW - 28 * DAY, {"tier": "b", "balance": "10", "due": None}),
        Snapshot(NOW - 1, {"tier": None, "balance": "12", "due": "2025-01-31 08:00:00"}),
        Snapshot(NOW + 1, {"tier": "a", "balance": "99", "due": None}),
    ],
    "zoë": [Snapshot(NOW, {"tier": "other", "balance": "none", "due": "2024-02-30"})],
}
SNAPSHOTS |= {f"{customer}'s twin": SNAPSHOTS[customer] for customer in ("ann", "zoë")}
WEB: dict[str, object] = {
    "channel": ["web", "app"],
    "category": {"not": "Tea"},
    "value": {"at_least": 20, "below": 100},
}


@cache
def every_feature() -> FeatureSet:
    """The default features of the synthetic world, and declared ones of everything that can be declared."""
    with tempfile.TemporaryDirectory() as folder:
        lake = synthetic.write(Path(folder), 20_000, seed=1)
        fitted = fit_features(lake, as_of=synthetic.END - 200 * DAY, categories=3)
    names = ("orders_28d", "days_since_last_order")
    centres = (1.0, 9.0, 1.0, 10.0, 2.0, 20.0, -1.0, -1.0, 1.0, 1.0)
    habit = Feature(
        "nearest_of_two", "nearest", (), "code", "which of two", vocabulary=("a", "b"), parameters=centres, inputs=names
    )
    named = with_unique_names([*fitted.features, *map(of_attribute, ATTRIBUTES)])
    return replace(fitted, features=named).adding([habit, *everything()])


def everything() -> list[Feature]:
    """Every take of what it can be taken of, with and without conditions; of columns that are alike only some."""
    features: list[Feature] = []
    for take, columns in OF_BY_TAKE.items():
        alike = {"first": ("cost", "discount"), "last": ("cost", "discount")}.get(take, ())
        for of in sorted({*columns} - {*alike, "campaign_id", "offer_id", "session_id", "subscription_id"}):
            features += declare(
                f"x_{take}_{of}",
                take=take,
                kind=["order", "survey"] if of == "rating" else "order",
                of=of,
                where=_where(take, of),
                windows=[28] if take == "trend" else [7, "all"],
                over={"kind": "visit", "of": "lines"} if take == "ratio" else None,
                among=["web", "email", "Tea", "nps"] if take in CHOICE_FORMULAS and of in ASPECTS else [],
            )
    rated = {"rating": {"above": 6, "at_most": 9}, "scale": "nps", "latitude": {"at_least": 0}}
    return [*features, *declare("x_rated", take="count", kind=["survey", "visit"], where=rated)]


def _where(take: Take, of: str) -> dict[str, object] | None:
    if take not in ("share", "max", "trend", "days_since_first"):
        return None
    return {"channel": ["web", "app"]} if of in ("orders", "gap") else WEB


def asked(column: str) -> tuple[Condition, ...]:
    """All conditions on a column."""
    measures = every_feature().plan.measures
    return tuple(sorted({c for measure in measures for c in measure.where if c.column == column}))


def texts(column: str) -> list[str | None]:
    """What conditions ask of a column of text, something else, and nothing."""
    values = sorted({value for condition in asked(column) for value in condition.values})
    return [*values, "other", None]


def numbers(column: str) -> list[float | None]:
    """What lies around the bounds of conditions on a column, something small and large, and nothing."""
    scale = MULTIPLIERS.get(column, 1)
    bounds = [b for c in asked(column) for b in (c.low, c.high) if LOWEST < b < HIGHEST]
    near = [(b + d) / scale if scale > 1 else b + d for b in bounds for d in (-1, 0, 1)]
    return [*near, *({"latitude": [59.33, -33.9], "longitude": [18.07, 179.9]}.get(column, [0, 3, 10_000_000])), None]


DAYS = (0, 1, 3, 7, 28, 90, 365, -1, -30)  # on the edges of spans, and later
LATE = [*[None] * 8, -1, 0, 1 / DAY, 1, 28, 400]  # days after it happened that an event is known


@cache
def choices() -> dict[str, list[Any]]:
    """What each column of an event may hold: whatever some condition asks for, something else, and nothing."""
    ids = {c: [*(f"{c}{i}" for i in range(3)), None] for c in sorted({*TEXTS} - {"event_id"})}
    asked_for = {c: texts(c) for c in ("channel", "category", "scale")}
    held = {c: numbers(c) for c in ("value", "discount", "cost", *MULTIPLIERS)}
    kinds = [kind for kind in texts("kind") if kind is not None]
    others: dict[str, list[Any]] = {
        "kind": [*kinds, *(["order"] * len(kinds)), *(["identify"] * (len(kinds) // 4))],
        "properties": [*SAID, None],
        "renews": [None, 0, 1, 30, -3],
        "late": LATE,
    }
    return ids | asked_for | held | others


@cache
def events() -> st.SearchStrategy[Row]:
    """Any event: at the same instants and on the edges of spans as often as between, later ones too."""
    columns = {c: st.sampled_from(values) for c, values in choices().items()}
    return st.builds(
        _event,
        st.sampled_from(DAYS) | st.floats(-20, 400, width=32),
        customer=st.sampled_from(CUSTOMERS),
        name=st.integers(0, 3) | st.integers(0, 2**40),  # the same ids in several sources, too
        columns=st.fixed_dictionaries({**columns, "rating": columns["rating"] | st.floats(0, 10)}),
    )


def history(seed: int, size: int = 400) -> list[Row]:
    """So many events as :func:`events` has them, in no order, always the same for a seed; and one of nobody."""
    chance = random.Random(seed)  # noqa: S311
    rows = [
        _event(
            chance.choice([*DAYS, *(chance.uniform(-20, 400) for _ in DAYS)]),
            customer=chance.choice(CUSTOMERS),
            name=chance.getrandbits(40),
            columns={c: chance.choice(values) for c, values in choices().items()},
        )
        for _ in range(size)
    ]
    return [*rows, {**rows[0], "customer_id": None, "event_id": "nobody's"}]


def _event(days: float, *, customer: str, name: int, columns: Row) -> Row:
    held = {column: value for column, value in columns.items() if column not in ("kind", "renews", "late")}
    row = event(days, str(columns["kind"]), customer=customer, id=f"{name:x}", **held)
    after = {"renews_at": cast("int | None", columns["renews"]), "known_at": cast("float | None", columns["late"])}
    return {**row, **{c: None if d is None else cast(int, row["time"]) + round(d * DAY) for c, d in after.items()}}


def histories() -> st.SearchStrategy[list[Row]]:
    """Events of some customers, each delivered once, in any order."""
    return st.lists(events(), min_size=1, max_size=80, unique_by=lambda row: (row["event_id"], row["source"]))


def traits() -> pl.DataFrame:
    """What is known of some customers, and of one who never did anything."""
    return pl.DataFrame([{"customer_id": customer, **known} for customer, known in TRAITS.items()])


def snapshots() -> pl.DataFrame:
    """What was true of some customers from some times on."""
    rows = [
        {"customer_id": c, "time": each.time, **each.values} for c, several in SNAPSHOTS.items() for each in several
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def record_of(rows: Sequence[Row], customer: str) -> Record:
    """The record of a customer, with everything that is known of them."""
    return Record.of(own(rows, customer), TRAITS.get(customer), SNAPSHOTS.get(customer, ()))


def known(rows: Sequence[Row], as_of: int) -> list[Row]:
    """The events that are known at a moment."""
    return [row for row in rows if known_at(row, rows) <= as_of]


def known_at(row: Row, among: Sequence[Row]) -> int:
    """When an event is known: from its time on, or later; an answer only after the question of the same moment."""
    time, late, customer = cast(int, row["time"]), cast(int, row.get("known_at") or 0), row["customer_id"]
    then = [e for e in among if (e["time"], e["customer_id"]) == (time, customer)]
    asked = any(e["kind"] in ("contact", "exposure") and cast(int, e.get("known_at") or 0) <= time for e in then)
    return max(late, time + (asked and row["kind"] in ("redeem", "click", "open")))


def own(rows: Sequence[Row], customer: str) -> list[Row]:
    """The events of one customer."""
    return [row for row in rows if row["customer_id"] == customer]


def twins(rows: Sequence[Row]) -> list[Row]:
    """The same as done by others, in the opposite order."""
    return [{**row, "customer_id": f"{row['customer_id']}'s twin"} for row in reversed(rows)]
