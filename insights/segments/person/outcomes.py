"""The outcomes of one customer, from their record."""

from __future__ import annotations

from functools import reduce

import numpy as np

from features.arrays import Ints, Mask
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.record import Record
from features.evaluate.online.terms.columns import meets
from features.language.terms import Where
from insights.journeys.histories import Histories
from insights.journeys.journey import Journey
from insights.journeys.outcomes import Outcomes
from insights.journeys.reach import reach
from insights.journeys.runs import RECORDS


def outcomes_of_record(record: Record, journey: Journey, *, as_of: int) -> Outcomes:
    """What became of the customer in a journey, as known at a moment (µs).

    >>> from features.config.sections.insights.journeys import OUTCOMES, JourneySettings
    >>> declared = JourneySettings.model_validate({"steps": ["view", "order"], "within": "1d"})
    >>> view = Record.of([{"event_id": "a", "time": 1, "kind": "view"}])
    >>> found = outcomes_of_record(view, Journey.of("checkout", declared, minor_units=2), as_of=9)
    >>> OUTCOMES[found.code[0, 0]], found.code[1, 0]
    ('open', np.int64(-1))
    """
    known = known_by(record, as_of)
    time = known.number("time")
    count = int(time.searchsorted(as_of, side="right"))
    marks = np.array([_meets(known, where, count) for where in journey.conditions])
    if journey.rules.order == "strict":
        notes = [place for place, kind in enumerate(known.words.get("kind", ())) if kind in RECORDS]
        told = ~np.isin(known.codes("kind")[:count], notes)
        marks, rows = _without_lines(known, marks[:, told], np.flatnonzero(told))
    else:
        rows = np.flatnonzero(marks.any(axis=0))
        marks = marks[:, rows]
    steps = len(journey.steps)
    if not len(rows):
        return Outcomes.none(steps, 1)
    histories = Histories(np.array([len(rows)]), time[rows])
    unless = np.logical_or.reduce(marks[steps:]) if journey.unless else None
    reached = reach(histories, list(marks[:steps]), unless, journey.rules)
    return Outcomes.of(histories, reached, journey.rules, as_of=as_of)


def _meets(record: Record, where: Where, count: int) -> Mask:
    return reduce(np.logical_and, (meets(record, condition, count) for condition in where))


def _without_lines(record: Record, marks: Mask, rows: Ints) -> tuple[Mask, Ints]:
    """Rows of one order at one moment as one, which is a step if any of them is."""
    order = record.codes("order_id")[rows]
    alone = np.where(order < 0, rows, 0)
    keys = np.stack([record.number("time")[rows], record.codes("kind")[rows], order, alone])
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    whole = np.zeros((len(first), len(marks)), dtype=np.bool_)
    np.logical_or.at(whole, group.ravel(), marks.T)
    at = np.argsort(first)
    return whole[at].T, rows[first[at]]
