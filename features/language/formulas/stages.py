"""The stages that customers are in: of their life with the company, and on the road to their next order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from features.language.formulas.arithmetic import Arithmetic, Number
from features.units import DAY, MINUTE

T = TypeVar("T")
STAGES = ("prospect", "new", "active", "loyal", "at risk", "lapsed", "returning")
JOURNEY_STAGES = ("quiet", "considering", "evaluating", "buying", "after the purchase")


class StageOperands(NamedTuple, Generic[T]):
    """What the lifecycle stage is told from; times in µs, gaps in minutes.

    ``recent_orders`` are those of the last ``new`` days, ``earlier_orders`` those of the ``returning`` days before;
    ``earlier_gap_sum`` and ``earlier_gap_count`` are of the gaps that ended before the last ``new`` days.
    """

    orders: T
    first_order: T
    last_order: T
    gap_sum: T
    gap_count: T
    recent_orders: T
    earlier_orders: T
    earlier_gap_sum: T
    earlier_gap_count: T
    orders_180d: T


class StageParameters(NamedTuple, Generic[T]):
    """The borders of the lifecycle stages.

    ``usual_gap`` in minutes between orders, of those who have no rhythm of their own yet; ``at_risk`` and ``lapsed`` in
    gaps; ``loyal`` in orders; ``new`` and ``returning`` in days.
    """

    usual_gap: T
    at_risk: T
    lapsed: T
    loyal: T
    new: T
    returning: T


class JourneyOperands(NamedTuple, Generic[T]):
    """What the stage on the road to the next order is told from; times in µs, gaps in minutes."""

    interest_events: T
    last_interest: T
    last_cart: T
    last_order: T
    gap_sum: T
    gap_count: T


class JourneyParameters(NamedTuple, Generic[T]):
    """The borders of the journey's stages.

    ``usual_gap`` in minutes; ``interest`` and ``buying`` in days; ``evaluating`` in events; ``after`` in gaps.
    """

    usual_gap: T
    interest: T
    evaluating: T
    buying: T
    after: T


def stage(m: Arithmetic, operands: Number, parameters: Number, as_of: int) -> Number:
    """The place of the lifecycle stage in :data:`STAGES`, by the customer's own mean gap between orders.

    Silent for more than ``lapsed`` gaps: lapsed; for more than ``at_risk``: at risk. Back within ``new`` days after
    ``returning`` days of silence that were more than ``lapsed`` gaps: returning. First order within ``new`` days: new.
    At least ``loyal`` orders in 180 days: loyal. Otherwise active; without an order, a prospect.
    """
    o, p = StageOperands(*operands), StageParameters(*parameters)
    gap = _own_gap(m, o.gap_sum, o.gap_count, p.usual_gap)
    earlier_gap = _own_gap(m, o.earlier_gap_sum, o.earlier_gap_count, p.usual_gap)
    silence = (as_of - o.last_order) / MINUTE / m.maximum(gap, 1.0)
    back = (o.recent_orders > 0) & (o.earlier_orders == 0) & (o.orders > o.recent_orders)
    back = back & (p.lapsed * earlier_gap < p.returning * DAY / MINUTE)
    start = m.where(o.orders_180d >= p.loyal, float(STAGES.index("loyal")), float(STAGES.index("active")))
    conditions = (
        ("new", as_of - o.first_order <= p.new * DAY),
        ("returning", back),
        ("at risk", silence > p.at_risk),
        ("lapsed", silence > p.lapsed),
        ("prospect", o.orders == 0),
    )
    return _last_stage_met(m, start, conditions, STAGES)


def journey(m: Arithmetic, operands: Number, parameters: Number, as_of: int) -> Number:
    """The place in :data:`JOURNEY_STAGES` on the road to the next order, by interest shown after the last one.

    A cart after the last order, within ``buying`` days: buying. The last order at most ``after`` of the customer's own
    gap ago: after the purchase. Interest in the last ``interest`` days, by ``evaluating`` events or a cart:
    evaluating; by fewer: considering. Otherwise quiet.
    """
    o, p = JourneyOperands(*operands), JourneyParameters(*parameters)
    interested, waiting = (o.interest_events > 0) & (o.last_interest > o.last_order), o.last_cart > o.last_order
    gap, since_cart = _own_gap(m, o.gap_sum, o.gap_count, p.usual_gap), as_of - o.last_cart
    much = (o.interest_events >= p.evaluating) | (waiting & (since_cart < p.interest * DAY))
    conditions = (
        ("considering", interested),
        ("evaluating", interested & much),
        ("after the purchase", as_of - o.last_order <= p.after * gap * MINUTE),
        ("buying", waiting & (since_cart <= p.buying * DAY)),
    )
    start = o.interest_events * 0.0 + JOURNEY_STAGES.index("quiet")
    return _last_stage_met(m, start, conditions, JOURNEY_STAGES)


def _last_stage_met(
    m: Arithmetic, start: Number, conditions: Sequence[tuple[str, Number]], stages: Sequence[str]
) -> Number:
    """The place of the last stage whose condition holds; ``start`` where none does."""
    place = start
    for name, condition in conditions:
        place = m.where(condition, float(stages.index(name)), place)
    return place


def _own_gap(m: Arithmetic, total: Number, count: Number, usual: Number) -> Number:
    """Minutes between a customer's own orders: their mean, or the usual gap before there are two gaps."""
    return m.where(count >= 2, total / m.maximum(count, 1.0), usual)
