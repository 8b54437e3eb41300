"""The evaluator over customers' records: the same features as over frames, in microseconds instead of seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Floats, Ints
from features.evaluate.finish import finish
from features.evaluate.online.attributes import attribute_values
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.record import Record
from features.evaluate.online.terms.lookup import Lookup
from features.evaluate.online.terms.run import Run, runs
from features.evaluate.online.terms.values import edges_of, term_values
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
        terms = self._terms(known, edges_of(self.lookup, known, as_of))
        attributes = np.empty((len(self.plan.attribute_features), len(records)))
        for place, record in enumerate(records):
            attributes[:, place] = attribute_values(self.plan, record, as_of=as_of)
        return finish(self.plan, terms, attributes, as_of=as_of).T

    def _terms(self, records: Sequence[Record], edges: Ints) -> Ints:
        """``[term, customer]``: those of before where no event has crossed an edge since."""
        terms, name = np.empty((len(self.plan.terms), len(records)), dtype=np.int64), self.plan.fingerprint
        new = []
        for place, record in enumerate(records):
            before, told = record.worked_out.get(name, (None, None))
            if before == edges[:, place].tobytes():
                terms[:, place] = told
            else:
                new.append(place)
        for some in runs(edges[-1, new].tolist()):
            at = new[some]
            own, counts = edges[:, at], edges[-1, at].tolist()
            run = Run.of([records[place] for place in at], counts, self.lookup.texts)
            terms[:, at] = term_values(self.lookup, run, own)
            for place in at:
                records[place].worked_out[name] = edges[:, place].tobytes(), terms[:, place].copy()
        return terms
