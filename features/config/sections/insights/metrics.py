"""The section of the metrics: what is counted of customers, period by period."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from features.config.sections.section import KindName, Number, Section
from features.config.sections.targets.targets import MarginSettings, SpendSettings, TargetSettings
from features.errors import StamkundError
from features.events.tables import RATING_SCALES
from features.language.conditions import conditions
from features.language.rules.nodes import Node
from features.language.rules.parse import parse
from features.units import Duration

MetricTake = Literal["sum", "count", "distinct", "mean", "ratio", "quantile"]
Leave = Literal["lapse", "subscription"]
Per = Literal["customer", "ticket", "order"]
LifetimeValue = Literal["net_value", "margin", "predicted"]
Identified = Literal["share", "net_value"]
Scale = Literal["nps", "csat", "ces", "stars"]
Weight = Literal["quantity", "profile"]
_ARITHMETIC: Final = ("+", "-", "*", "/", "negative", "name", "literal")
_BARE_NAME: Final = re.compile(r"(?<![\w.])(?!metrics\.)[A-Za-z_]\w*")
COUNTS: Final = ("lines", "orders")
AMOUNTS: Final = ("value", "net_value", "margin", "discount", "cost", "quantity", "rating")
_OF: Final[dict[MetricTake, tuple[str, ...]]] = {
    "sum": AMOUNTS, "mean": AMOUNTS, "count": (*COUNTS, *AMOUNTS), "distinct": ("customer",),
    "quantile": (*COUNTS, *AMOUNTS),
    "ratio": (*COUNTS, *AMOUNTS, "customer"),
}  # fmt: skip
_OWN: Final = {
    "take": {"kind", "where", "of", "over", "at", "since", "window"},
    "score": {"kind", "where", "touchpoint", "weight"},
    "after": {"then", "within", "each", "per"},
    "leave": {"grace"},
    "lifetime": {"model", "within"},
    "identified": set(),
    "allow": set(),
    "open": set(),
    "formula": set(),
}  # the keys of each form, beside those of all


class Divisor(Section):
    """What a ratio is taken over; what is not said is as in the metric itself."""

    of: str | None = None
    kind: KindName | list[KindName] | None = None
    where: dict[str, object] | None = None


def _target(told: object) -> object:
    """A target as pairs of the first month from which on it holds (empty: always) and what is to be reached."""
    months: Mapping[object, object] = told if isinstance(told, Mapping) else {"": told}
    found = []
    for month, value in months.items():
        if isinstance(told, Mapping) and not _MONTH.fullmatch(str(month)):
            msg = (
                f"A target that changes is told by month, such as {{2024-01: 40, 2024-07: 45}}; {month!r} is no month."
            )
            raise StamkundError("bad_target", msg, field="target")
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            msg = f"A target is a number, or one from each of some months on; {value!r} is none."
            raise StamkundError("bad_target", msg, field="target")
        found.append((str(month), float(value)))
    return tuple(sorted(found))


_MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
Target = Annotated[tuple[tuple[str, float], ...], BeforeValidator(_target)]


class MetricSettings(Section):
    """A metric: ``take`` events, a ``score`` of answers, what comes ``after``, who ``leave``, a ``lifetime`` value.

    With ``since: year`` each period is told together with those before it in the year, with a ``window`` of so many
    days as those until its end.
    A lifetime value is what customers brought so far, or ``within`` a time of their first order, or what they will by
    the scores of a ``model``. ``identified`` is the share of those who are there whom we know, or what people bring,
    known or not; ``allow`` the share of customers who are there that allow a purpose of consent; ``open`` the tickets
    that are not solved when a period ends; ``formula`` a number of other metrics that take events.

    The answers of a ``touchpoint`` are those whose category it is. They count by the ``weight`` that the survey's maker
    gave them, in the column ``quantity``, or by ``profile`` so that they stand for all who were asked. ``per``: what
    comes after is of the same ticket, or order, of which one customer may have several. ``target`` is what it should
    reach, in the units that it is told in, at all times or from each of some months on (``{2024-01: 40, 2024-07:
    45}``); ``better`` says in which direction.

    >>> basket = MetricSettings(take="ratio", kind="order", of="value", over=Divisor(of="orders"))
    >>> basket.kinds, basket.of
    (('order',), 'value')
    """

    take: MetricTake | None = None
    score: Scale | None = None
    kind: KindName | list[KindName] | None = None
    of: str = "lines"
    where: dict[str, object] = Field(default_factory=dict)
    over: Divisor | None = None
    at: Annotated[Number, Field(gt=0, lt=1)] | None = None
    since: Literal["year"] | None = None
    window: Duration | None = None
    touchpoint: str | None = None
    weight: Weight | None = None
    after: str | None = None
    then: KindName | None = None
    within: Duration | None = None
    each: Duration | None = None
    per: Per = "customer"
    leave: Leave | None = None
    grace: Duration | Literal[0] = 0
    lifetime: LifetimeValue | None = None
    model: str | None = None
    identified: Identified | None = None
    allow: str | None = None
    open: Literal["ticket"] | None = None
    formula: str | None = None
    target: Target = ()
    better: Literal["higher", "lower"] = "higher"
    text: str | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of events that it is about."""
        return _kinds(self.kind)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [form for form in _OWN if getattr(self, form) is not None]
        if len(forms) != 1:
            msg = (
                "A metric has exactly one of `take` (sum, count, …), `score` (nps, csat, ces, stars), `after` (with "
                "`then`), `leave` (lapse, subscription), `lifetime` (net_value, margin, predicted), `identified` "
                "(share, net_value), `allow` (a purpose of consent), `open` (ticket) and `formula` (margin / revenue)."
            )
            raise StamkundError("bad_metric", msg)
        others = {key for keys in _OWN.values() for key in keys} - _OWN[forms[0]]
        if unused := sorted(others & self.model_fields_set):
            msg = f"`{unused[0]}` has no use beside `{forms[0]}`. Take it away."
            raise StamkundError("unused_setting", msg, field=unused[0])
        [*conditions(self.where, minor_units=2)]  # refuses what cannot be read
        if self.take is not None:
            self._check_take(self.take)
        if self.formula is not None:
            formula_of(self.formula)
        if (self.lifetime == "predicted") != (self.model is not None):
            msg = "`lifetime: predicted` needs a `model`, the target whose scores predict; nothing else takes one."
            raise StamkundError("missing_key", msg, field="model")
        if self.lifetime == "predicted" and self.within is not None:
            msg = "How far ahead `predicted` looks is the horizon of its model. Take `within` away."
            raise StamkundError("unused_setting", msg, field="within")
        if self.after is not None and self.then is None:
            msg = "`after` an event, which one `then`? Name its kind, such as order."
            raise StamkundError("missing_key", msg, field="then")
        if self.within is not None and self.each is not None:
            msg = "`within` is one time after an event, `each` one after the other. Take one of them away."
            raise StamkundError("unused_setting", msg, field="each")
        if self.each is not None and not (self.after or "").startswith("first "):
            msg = f"`each` tells of cohorts, which begin with a first event: write `after: first {self.after}`."
            raise StamkundError("no_cohort", msg, field="after")
        if self.each is not None and self.per != "customer":
            msg = f"`each` tells which customers come back, not what becomes of each {self.per}. Take `per` away."
            raise StamkundError("unused_setting", msg, field="per")
        return self

    def _check_take(self, take: MetricTake) -> None:
        if self.kind is None:
            msg = "A metric that takes events says of which `kind`, such as order."
            raise StamkundError("missing_key", msg, field="kind")
        _check_of(take, self.of, "of")
        _check_orders(self.of, self.kinds, "of")
        if (take == "quantile") != (self.at is not None):
            msg = f"`at` says which quantile, as 0.5 is the median, and is for quantiles only; this is a {take}."
            raise StamkundError("at", msg, field="at")
        if (take == "ratio") != (self.over is not None):
            msg = f"`over` says what a ratio is taken over, and is for ratios only; this is a {take}."
            raise StamkundError("over", msg, field="over")
        backwards = [key for key in ("since", "window") if getattr(self, key) is not None]
        if take == "quantile" and backwards:
            msg = f"A quantile is of one period. Take `{backwards[0]}` away."
            raise StamkundError("unused_setting", msg, field=backwards[0])
        if len(backwards) == 2:
            msg = "`since` and `window` both say how far a period reaches back. Take one of them away."
            raise StamkundError("unused_setting", msg, field="window")
        if self.over is not None:
            [*conditions(self.over.where or {}, minor_units=2)]
            divisor = self.of if self.over.of is None else self.over.of
            _check_of(take, divisor, "over.of")
            _check_orders(divisor, _kinds(self.over.kind) or self.kinds, "over.of")


def formula_of(text: str) -> Node:
    """A formula over metrics, such as ``margin / revenue``, as a tree whose names are ``metrics.margin`` and so on.

    Raises :class:`StamkundError` ``bad_rule`` for what cannot be read, and ``bad_formula`` for what is no arithmetic.

    >>> [name.name for name in formula_of("(margin - 2 * costs) / revenue").names()]
    ['margin', 'costs', 'revenue']
    """
    node = parse(_BARE_NAME.sub(r"metrics.\g<0>", text))
    if wrong := next((part.op for part in _parts(node) if part.op not in _ARITHMETIC), None):
        msg = f"A formula has metrics, numbers, + - * / and brackets; `{wrong}` in `{text}` is none of them."
        raise StamkundError("bad_formula", msg, field="formula")
    if other := next((name.name for name in node.names() if "." in name.name), None):
        msg = f"A formula is over metrics, such as revenue, and `{other}` is none."
        raise StamkundError("bad_formula", msg, field="formula")
    if not list(node.names()):
        raise StamkundError("bad_formula", f"`{text}` has no metric. Name one, such as revenue.", field="formula")
    return node


def _parts(node: Node) -> Iterator[Node]:
    yield node
    for arg in node.args:
        yield from _parts(arg)


def check_models(metrics: Mapping[str, MetricSettings], targets: Mapping[str, TargetSettings]) -> None:
    """Raise :class:`StamkundError` where a metric predicts by what is no target of spend or margin."""
    known = [name for name, target in targets.items() if isinstance(target, SpendSettings | MarginSettings)]
    for name, metric in metrics.items():
        if metric.model is not None and metric.model not in known:
            field = f"metrics.{name}.model"
            raise StamkundError.unknown("unknown_target", "target of spend or margin", metric.model, known, field=field)


def check_purposes(metrics: Mapping[str, MetricSettings], purposes: Collection[str]) -> None:
    """Raise :class:`StamkundError` where a metric is of a purpose of consent that there is not."""
    for name, metric in metrics.items():
        if metric.allow is not None and metric.allow not in purposes:
            field = f"metrics.{name}.allow"
            raise StamkundError.unknown("unknown_purpose", "purpose of consent", metric.allow, purposes, field=field)


def scale_of(score: Scale) -> tuple[int, int]:
    """The least and the greatest answer on a scale."""
    return RATING_SCALES[score]


def _kinds(kind: str | list[str] | None) -> tuple[str, ...]:
    return () if kind is None else (kind,) if isinstance(kind, str) else tuple(sorted(set(kind)))


def _check_of(take: MetricTake, of: str, field: str) -> None:
    if of not in _OF[take]:
        raise StamkundError.unknown("unknown_column", f"`of` for {take}", of, _OF[take], field=field)


def _check_orders(of: str, kinds: tuple[str, ...], field: str) -> None:
    if of == "orders" and "order" not in kinds:
        msg = f"Events of {', '.join(kinds)} are no orders. Take lines."
        raise StamkundError("no_orders", msg, field=field)
