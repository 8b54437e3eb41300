"""The log of decisions written to a file or a table, some hundred decisions at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.errors import StamkundError
from features.events.identifiers import identifier
from serving.decisions.log.catalogue import Catalogue
from serving.decisions.log.reading import Made, made_from
from serving.decisions.outcomes import outcomes
from serving.exports.interactions import SCHEMA, interactions
from serving.exports.outcomes import with_outcomes
from serving.http.answers.customers import Moment, customers_of
from serving.http.answers.requests import Profile
from serving.http.current.state import State
from serving.scoring.batches.destinations import Destination
from serving.store.decisions import catalogue_content, decisions_between
from serving.store.engine import outages_as_errors
from serving.store.erasures.exports import note_export
from serving.store.since_build import erasures

CHUNK: Final = 500  # decisions


@dataclass
class Export:
    """The decisions made in ``[since, until)`` (µs): every candidate that they could choose, or what came of theirs.

    Who does not allow ``exports`` is left out; of a visitor who is no customer, no identifier is written.
    """

    state: State
    since: int
    until: int
    with_outcomes: bool = False
    decisions: int = 0
    left_out: int = 0

    @outages_as_errors()
    def write(self, out: Path | str, table: str) -> str:
        """Write them to a file or a table, all or nothing; where that is."""
        destination, before = Destination.of(out, table, append=False), erasures(self.state.settings)
        destination.write(self._frames(before))
        note_export(self.state.store, str(destination), "decisions")
        return str(destination)

    def _frames(self, before: object) -> Iterator[pl.DataFrame]:
        settings = self.state.settings
        told = outcomes(settings, as_of=settings.now()) if self.with_outcomes else None
        finished = (lambda frame: frame) if told is None else partial(with_outcomes, outcomes=told)
        read = lru_cache(maxsize=16)(lambda version: Catalogue.read(catalogue_content(self.state.store, version)))
        yield finished(pl.DataFrame(schema=SCHEMA))
        for rows in decisions_between(self.state.store, self.since, self.until, CHUNK):
            kept = self._allowed([row for row in rows if row["log"] is not None])
            self.decisions += len(kept)
            found = [each for row in kept for each in interactions(row, _made(read(row["catalogue"]), row))]
            yield finished(pl.DataFrame(found, schema=SCHEMA, orient="row"))
        if erasures(settings) != before:
            raise StamkundError("erased_meanwhile", "Somebody was erased meanwhile. Nothing was written: export again.")

    def _allowed(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those of whoever allows it."""
        if self.state.rules is None:
            return [*rows]
        whose = {
            id_: Profile(id_type=kind, id=value)
            for row in rows
            if (id_ := row["customer_id"])
            for kind, value in [identifier(id_)]
        }
        known = customers_of(self.state, [*whose.values()], Moment(self.state.settings.now(), is_past=False))
        may = {id_ for id_, profile in whose.items() if profile in known and known[profile].passes("exports")}
        kept = [row for row in rows if row["customer_id"] is None or row["customer_id"] in may]
        self.left_out += len(rows) - len(kept)
        return kept


def _made(catalogue: Catalogue, row: Mapping[str, Any]) -> Made:
    return made_from(catalogue, row["log"], row["control"], as_of=row["time"])
