"""A metric ready to be computed: which events, what of them is added up, over what, in which unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from features.config.sections.insights.metrics import MetricSettings, Target
from features.language.conditions import conditions
from features.language.terms import Condition, Where
from insights.metrics.definitions.columns import Unit, unit

Window = Literal["year"] | int | None  # from a period's end back to the year's beginning, or so many µs; its own


@dataclass(frozen=True)
class Measure:
    """The sum of a column over the events that meet conditions; of ``customer``: how many have one.

    With ``known`` it is how many of them hold the column; ``within`` says in how many µs until the period's end.
    """

    column: str
    where: Where
    known: bool = False
    within: int | None = None


@dataclass(frozen=True)
class Metric:
    """``top``, or ``top`` over ``bottom``; ``scale`` of its integers make one of its ``unit``."""

    name: str
    top: Measure
    bottom: Measure | None
    unit: Unit
    scale: float
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None
    window: Window = None

    def told_by(self, grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return self.window is None or grain in ("month", "quarter") or (grain == "week" and self.window != "year")

    @property
    def measures(self) -> list[Measure]:
        """The sums that it is made of."""
        return [measure for measure in (self.top, self.bottom) if measure is not None]

    @property
    def is_sum(self) -> bool:
        """Whether it adds up over groups and periods."""
        return self.bottom is None

    @property
    def kinds(self) -> set[str]:
        """The kinds of events that it looks at."""
        return {kind for each in self.measures for test in each.where if test.column == "kind" for kind in test.values}

    @classmethod
    def of(cls, name: str, settings: MetricSettings, minor_units: int) -> Self:
        """A metric that takes events, as declared.

        >>> metric = Metric.of("basket", MetricSettings(take="mean", kind="order", of="value"), 2)
        >>> metric.bottom.column, metric.unit, metric.scale
        ('value', 'money', 100)
        """
        where = _where(settings.kinds, settings.where, minor_units)
        top, bottom = Measure(settings.of, where, known=settings.take == "count"), None
        told: Unit = "count"
        scale = 1.0
        if settings.take != "count":
            told, scale = unit(settings.of, minor_units)
        if settings.take == "mean":
            bottom = Measure(settings.of, where, known=True)
        if settings.over is not None:
            over = settings.over
            kinds = MetricSettings(take="count", kind=over.kind).kinds if over.kind is not None else settings.kinds
            own = settings.where if over.where is None else over.where
            bottom = Measure(over.of or settings.of, _where(kinds, own, minor_units))
            below, size = unit(bottom.column, minor_units)
            scale /= size
            if told in ("count", "customers") or below not in ("count", "customers"):
                told = "ratio"
        shown = (settings.target, settings.better == "higher", settings.text)
        return cls(name, top, bottom, told, scale, *shown, window=settings.since or settings.window)


def _where(kinds: tuple[str, ...], where: dict[str, object], minor_units: int) -> Where:
    return tuple(sorted([Condition("kind", kinds), *conditions(where, minor_units=minor_units)]))
