"""The stages that customers are in: of their life with us, and on the road to their next order."""

from __future__ import annotations

from collections.abc import Sequence

from features.config.settings import StageSettings
from features.language.defaults.orders import EVER, FIRST_ORDER, GAP, GAPS, LAST_ORDER, ORDERS
from features.language.feature import Feature, Measure, Span, Term, where
from features.language.formulas import ROAD, STAGES
from features.units import DAY

INTEREST = ("cart", "click", "search", "view", "visit")  # kinds that show some


def lifecycle(stages: StageSettings, *, usual: float, loyal: float) -> Feature:
    """The stage of a customer's life with us; ``usual`` minutes between orders, ``loyal`` orders in 180 days."""
    recent, before, half_year = Span(stages.new), Span(stages.new + stages.returning, stages.new), Span(180)
    rhythm = [Term(measure, span) for span in (EVER, Span(None, stages.new)) for measure in (GAP, GAPS)]
    ends = (Term(ORDERS, EVER), Term(FIRST_ORDER, EVER), Term(LAST_ORDER, EVER))
    terms = (*ends, *rhythm[:2], Term(ORDERS, recent), Term(ORDERS, before), *rhythm[2:], Term(ORDERS, half_year))
    parameters = (usual, stages.at_risk, stages.lapsed, loyal, stages.new, stages.returning)
    return Feature("stage", "stage", terms, "code", "lifecycle stage", vocabulary=STAGES, parameters=parameters)


def journey(stages: StageSettings, kinds: Sequence[str], *, usual: float) -> Feature | None:
    """The stage on the road to the next order, if any of these kinds shows interest."""
    shown = [kind for kind in kinds if kind in INTEREST]
    if not shown:
        return None
    interest = where(kind=shown)
    terms = (
        Term(Measure("sum", "one", interest), Span(stages.interest)),
        Term(Measure("max", "time", interest), EVER),
        Term(Measure("max", "time", where(kind="cart")), EVER),
        Term(LAST_ORDER, EVER),
        Term(GAP, EVER),
        Term(GAPS, EVER),
    )
    parameters = (usual, stages.interest, stages.evaluating, stages.buying / DAY, stages.after)
    text = "stage on the road to the next order"
    return Feature("journey_stage", "journey", terms, "code", text, vocabulary=ROAD, parameters=parameters)
