"""Formulas over metrics: one number of several sums, with the interval that drawing customers anew gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import stdtrit

from features.arrays import Floats, Ints
from features.config.sections.insights.metrics import MetricSettings, Target, formula_of
from features.errors import StamkundError
from features.language.rules.nodes import Node
from insights.intervals import Estimate
from insights.intervals.estimate import LEVEL
from insights.metrics.definitions.columns import Unit
from insights.metrics.definitions.metric import Measure, Metric, Window
from insights.metrics.definitions.terms import OPERATIONS, Term
from insights.metrics.definitions.units import unit_of


@dataclass(frozen=True)
class Formula:
    """A ``node`` over the metrics ``parts``, by name; one whose ``window`` is shorter is of its own."""

    name: str
    node: Node
    parts: Mapping[str, Metric]
    unit: Unit
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of(cls, name: str, settings: MetricSettings, parts: Mapping[str, Metric]) -> Self:
        """A formula as declared; raises :class:`StamkundError` where it adds what is told in different units."""
        node = formula_of(settings.formula or "")
        windows = {part.window for part in parts.values()}
        if len(windows) > 1 and not windows.isdisjoint({None, "year"}):
            msg = f"Not all metrics of `{settings.formula}` are of a `window`, and some are: give each one, or none."
            raise StamkundError("bad_formula", msg, field=f"metrics.{name}.formula")
        try:
            unit = unit_of(node, parts) or "ratio"
        except StamkundError as error:
            raise StamkundError(error.code, str(error), field=f"metrics.{name}.formula") from None
        shown = (settings.target, settings.better == "higher", settings.text)
        return cls(name, node, parts, unit, *shown)

    def __hash__(self) -> int:
        return hash((self.name, self.node))

    @property
    def window(self) -> Window:
        """How far each period reaches back: as far as any part does."""
        windows = [part.window for part in self.parts.values()]
        days = [window for window in windows if isinstance(window, int)]
        return max(days) if days else windows[0]

    def told_by(self, grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return all(part.told_by(grain) for part in self.parts.values())

    @property
    def kinds(self) -> set[str]:
        """The kinds of events that it looks at."""
        return {kind for part in self.parts.values() for kind in part.kinds}

    @property
    def measures(self) -> list[Measure]:
        """The sums that it is made of."""
        return list(dict.fromkeys(each for name in self.parts for each in self._sums(name)))

    @property
    def is_sum(self) -> bool:
        """Whether it adds up over groups and periods."""
        return all(part.bottom is None for part in self.parts.values()) and _is_linear(self.node)

    def estimate(self, totals: Sequence[Floats], products: Sequence[Sequence[Floats]], customers: Ints) -> Estimate:
        """By the ``totals`` of its measures over customers and the sums of ``products`` of each customer's own.

        The interval is by linearisation: what the formula changes by when customers are drawn anew.
        """
        sums = {
            measure: Term.of(total, place)
            for place, (measure, total) in enumerate(zip(self.measures, totals, strict=True))
        }
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self._term(self.node, sums)
            n = customers.astype(np.float64)
            variance = np.zeros(len(n))
            for one, slope in found.slopes.items():
                for other, other_slope in found.slopes.items():
                    variance += slope * other_slope * products[one][other]
            error = np.sqrt(np.maximum(variance, 0) * n / (n - 1))
            half = np.where(n > 1, stdtrit(np.maximum(n - 1, 1), (1 + LEVEL) / 2) * error, np.nan)
        value = np.where(np.isfinite(found.value), found.value, np.nan)
        return Estimate(value, value - half, value + half, customers)

    def _sums(self, name: str) -> list[Measure]:
        """The sums of a part; of one that reaches back less far than others, over its own window."""
        part = self.parts[name]
        if part.window == self.window or not isinstance(part.window, int):
            return part.measures
        return [replace(measure, within=part.window) for measure in part.measures]

    def _term(self, node: Node, sums: Mapping[Measure, Term]) -> Term:
        if node.op == "literal":
            return Term(np.array(float(str(node.value))), {})
        if node.op == "name":
            first, *rest = (sums[measure] for measure in self._sums(node.name))
            top = first * Term(np.array(1 / self.parts[node.name].scale), {})
            return top / rest[0] if rest else top
        terms = [self._term(arg, sums) for arg in node.args]
        if node.op == "negative":
            return Term(np.array(-1.0), {}) * terms[0]
        return OPERATIONS[node.op](*terms)


def _is_linear(node: Node) -> bool:
    """Whether a part is a sum of metrics, each by a number."""
    if node.op in ("+", "-", "negative", "name", "literal"):
        return all(map(_is_linear, node.args))
    names = [bool(list(arg.names())) for arg in node.args]
    return all(map(_is_linear, node.args)) and not (all(names) or (node.op == "/" and names[1]))
