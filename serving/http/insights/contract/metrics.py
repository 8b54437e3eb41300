"""What is answered about metrics, and whom a figure is of."""

from __future__ import annotations

from typing import Literal, TypeAlias

from typing_extensions import TypedDict

from serving.http.contract.values import Count, Moment
from serving.http.insights.contract.provenance import Provenance

UnitName: TypeAlias = Literal["money", "count", "points", "ratio", "share", "customers", "days"]


class Unheld(TypedDict):
    """A column and a text that a metric asks for and no event has, and the nearest one that some event has."""

    name: str
    text: str
    near: str | None


class MetricFacts(TypedDict):
    """A metric: its name, in words, and what it should reach; money is in units of the currency.

    A formula over a metric that the data tell nothing of is not told: that metric is ``missing``.
    """

    metric: str
    text: str
    unit: UnitName | None
    target: float | None
    better: Literal["higher", "lower"] | None
    missing: str | None
    nobody_has: list[Unheld]


class CellAnswer(TypedDict):
    """A figure of a period and group, with its interval and its change; null where it is suppressed or not known.

    The ``verdict`` on its ``target`` is of the whole interval: ``unsure`` where that holds the target. Of answers that
    are weighted it is told what the figure is ``unweighted``, how many answers they are worth (``effective``), and by a
    code of ``refusal`` why there is none with weights; ``unheard`` is the share of those asked of whose kind nobody
    answered, told of all together.
    """

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
    target: float | None
    verdict: Literal["reached", "missed", "unsure"] | None
    unweighted: float | None
    effective: float | None
    unheard: float | None
    refusal: Literal["weights_too_uneven"] | None


class DifferenceAnswer(TypedDict):
    """What ``group`` has beyond the ``other``, with its interval; null where either is not told or not over yet.

    It is marked as one that ``stands`` after as many comparisons as were ``compared``.
    """

    metric: str
    dimension: str
    period: str
    start: Moment
    end: Moment
    group: str
    other: str
    value: float | None
    other_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    stands: bool
    compared: Count


class PeopleAnswer(TypedDict):
    """The customers behind a figure, by id; ``next`` is what to give as ``after`` for more, null at the end."""

    as_of: Moment
    total: Count
    customers: list[str]
    next: str | None


class MetricsAnswer(Provenance):
    """Metrics as of the last refresh; of dimensions that are ``overlapping`` a customer may be in several groups."""

    currency: str
    dimensions: list[str]
    overlapping: list[str]
    metrics: list[MetricFacts]
    cells: list[CellAnswer]
    differences: list[DifferenceAnswer]
