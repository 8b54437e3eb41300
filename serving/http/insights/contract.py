"""What is answered about insights."""

from __future__ import annotations

from typing import Literal, TypeAlias

from typing_extensions import TypedDict

from serving.http.contract.values import Count, Moment

UnitName: TypeAlias = Literal["money", "count", "points", "ratio", "share", "customers"]


class MetricFacts(TypedDict):
    """A metric: its name, in words, and what it should reach; money is in units of the currency."""

    metric: str
    text: str
    unit: UnitName
    target: float | None
    better: Literal["higher", "lower"]


class CellAnswer(TypedDict):
    """A figure of a period and group, with its interval and its change; null where it is suppressed or not known."""

    metric: str
    dimension: str | None
    group: str | None
    period: str
    start: Moment
    end: Moment
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    customers: Count | None
    open: bool
    suppressed: bool
    change: float | None
    change_low: float | None
    change_high: float | None
    change_stands: bool
    compared: Count


class PeopleAnswer(TypedDict):
    """The customers behind a figure, by id; ``next`` is what to give as ``after`` for more, null at the end."""

    as_of: Moment
    total: Count
    customers: list[str]
    next: str | None


class MetricsAnswer(TypedDict):
    """Metrics as of the last refresh."""

    as_of: Moment
    build: str
    currency: str
    dimensions: list[str]
    metrics: list[MetricFacts]
    cells: list[CellAnswer]
