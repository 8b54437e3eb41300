"""Default features that tell the stages a customer is in."""

from __future__ import annotations

from collections.abc import Sequence

from features.events.kinds import KINDS
from features.language.defaults.orders import EVER, FIRST_ORDER, GAP, GAPS, LAST_ORDER, ORDERS
from features.language.feature import Feature
from features.language.formulas.stages import (
    JOURNEY_STAGES,
    STAGES,
    JourneyOperands,
    JourneyParameters,
    StageOperands,
    StageParameters,
)
from features.language.stage_settings import StageSettings
from features.language.terms import Measure, Span, Term, where
from features.units import DAY


def stage_feature(settings: StageSettings, *, usual_gap: float, loyal: float) -> Feature:
    """The lifecycle stage; ``usual_gap`` in minutes between orders, ``loyal`` in orders in 180 days."""
    new, returning = settings.new, settings.returning
    terms = StageOperands(
        orders=Term(ORDERS, EVER),
        first_order=Term(FIRST_ORDER, EVER),
        last_order=Term(LAST_ORDER, EVER),
        gap_sum=Term(GAP, EVER),
        gap_count=Term(GAPS, EVER),
        recent_orders=Term(ORDERS, Span(new)),
        earlier_orders=Term(ORDERS, Span(new + returning, new)),
        earlier_gap_sum=Term(GAP, Span(None, new)),
        earlier_gap_count=Term(GAPS, Span(None, new)),
        orders_180d=Term(ORDERS, Span(180)),
    )
    parameters = StageParameters(
        usual_gap=usual_gap,
        at_risk=settings.at_risk,
        lapsed=settings.lapsed,
        loyal=loyal,
        new=float(new),
        returning=float(returning),
    )
    return Feature("stage", "stage", terms, "code", "lifecycle stage", vocabulary=STAGES, parameters=parameters)


def journey_feature(settings: StageSettings, kinds: Sequence[str], *, usual_gap: float) -> Feature | None:
    """The stage on the road to the next order; None when none of the kinds shows interest."""
    kinds_of_interest = [kind for kind in kinds if kind in KINDS and KINDS[kind].interest]
    if not kinds_of_interest:
        return None
    interest = where(kind=kinds_of_interest)
    terms = JourneyOperands(
        interest_events=Term(Measure("sum", "one", interest), Span(settings.interest)),
        last_interest=Term(Measure("max", "time", interest), EVER),
        last_cart=Term(Measure("max", "time", where(kind="cart")), EVER),
        last_order=Term(LAST_ORDER, EVER),
        gap_sum=Term(GAP, EVER),
        gap_count=Term(GAPS, EVER),
    )
    parameters = JourneyParameters(
        usual_gap=usual_gap,
        interest=float(settings.interest),
        evaluating=float(settings.evaluating),
        buying=settings.buying / DAY,
        after=settings.after,
    )
    text = "stage on the road to the next order"
    return Feature("journey_stage", "journey", terms, "code", text, vocabulary=JOURNEY_STAGES, parameters=parameters)
