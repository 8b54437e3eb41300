"""The evaluator over customers' records: the same features as over frames, in microseconds instead of seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Floats
from features.evaluate.finish import finish
from features.evaluate.online.attributes import attribute_values
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.record import Record
from features.evaluate.online.terms.lookup import Lookup
from features.evaluate.online.terms.run import Run, runs
from features.evaluate.online.terms.values import term_values
from features.evaluate.plan import Plan


@dataclass(frozen=True)
class RecordEvaluator:
    """A plan made ready for records."""

    plan: Plan

    @cached_property
    def lookup(self) -> Lookup:
        """Where each term looks in a record."""
        return Lookup(self.plan)

    def vector(self, record: Record, *, as_of: int) -> Floats:
        """``[feature]``: the values at ``as_of`` (µs), equal to the row over frames."""
        vector: Floats = self.matrix([record], as_of=as_of)[0]
        return vector

    def matrix(self, records: Sequence[Record], *, as_of: int) -> Floats:
        """``[record, feature]``: the same of several customers."""
        known = [known_by(record, as_of) for record in records]
        counts = [int(record.numbers[0].searchsorted(as_of, side="right")) for record in known]
        terms = np.empty((len(self.plan.terms), len(records)), dtype=np.int64)
        for some in runs(counts):
            run = Run.of(known[some], counts[some], self.lookup.texts)
            terms[:, some] = term_values(self.lookup, run, as_of=as_of)
        attributes = np.empty((len(self.plan.attribute_features), len(records)))
        for place, record in enumerate(records):
            attributes[:, place] = attribute_values(self.plan, record, as_of=as_of)
        return finish(self.plan, terms, attributes, as_of=as_of).T
