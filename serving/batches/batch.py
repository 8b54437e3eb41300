"""Decide for many customers: like HTTP for each, in chunks, into a Parquet file or a table; or only look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl
from sqlalchemy.exc import IntegrityError

from features.errors import StamkundError
from features.events.identifiers import identifier
from features.privacy.pseudonyms import stored_node
from features.progress import Progress, silent
from serving.batches.chunk import Deciding
from serving.batches.customers import count, pages
from serving.batches.rows import Told, frame, of_batch
from serving.batches.sameness import check_same
from serving.batches.tally import Tally
from serving.decisions.facts.context import check_context
from serving.http.answers.customers import Customer, Moment, customers_of, moment_of
from serving.http.answers.deciding.decisions import decision_id_of
from serving.http.answers.deciding.question import Question
from serving.http.answers.requests import DecisionRequest, Profile
from serving.http.current.state import State
from serving.scoring.batches.destinations import Destination
from serving.store.decisions import kept_decisions
from serving.store.engine import outages_as_errors
from serving.store.erasures.exports import note_export
from serving.store.since_build import erasures

CHUNK: Final = 250  # customers whose decisions are kept in one transaction, which others who decide wait for


@dataclass
class Batch:
    """Decisions of one ``request`` for many customers, known by the ``name`` of the batch.

    The same name decides no customer again: a batch that was killed goes on, and tells all. Where ``keep`` is false,
    nothing is kept and nothing taken of what is limited; what customers before would have taken counts all the same.
    """

    state: State
    request: DecisionRequest
    name: str
    keep: bool
    chunk: int = CHUNK
    tally: Tally = field(default_factory=Tally)
    customers: int = 0
    repeated: int = 0  # that had been decided before
    left_out: int = 0  # who do not allow that anything of theirs is written elsewhere
    unknown: list[str] = field(default_factory=list)  # ids of nobody

    @outages_as_errors()
    def look(self, customers: Sequence[str] | None = None, progress: Progress = silent) -> None:
        """Decide for everybody, or for those of a list, and count what it comes to."""
        for _ in self._told(customers, progress):
            pass

    @outages_as_errors()
    def write(
        self,
        out: Path | str,
        table: str,
        customers: Sequence[str] | None = None,
        progress: Progress = silent,
        *,
        append: bool = False,
    ) -> str:
        """Decide, and write a row for each choice to a file or a table, all or nothing; where that is.

        With ``append`` the table keeps the rows of other batches.
        """
        destination = Destination.of(out, table, append=append, marks=of_batch)
        destination.write(self._frames(customers, progress))
        note_export(self.state.store, str(destination), "decisions")
        return str(destination)

    def _frames(self, customers: Sequence[str] | None, progress: Progress) -> Iterator[pl.DataFrame]:
        settings, before = self.state.settings, erasures(self.state.settings)
        yield frame([])
        for told in self._told(customers, progress):
            decimals, fallback = settings.minor_units, settings.offers.fallback.name
            yield frame([row for each in told for row in each.rows(self.name, decimals, fallback)])
        if erasures(settings) != before:
            text = (
                "Somebody was erased meanwhile, and may be among these. Nothing was written; decide again by the same "
                f"name ({self.name}): nobody is decided twice."
            )
            raise StamkundError("erased_meanwhile", text)

    def _told(self, customers: Sequence[str] | None, progress: Progress) -> Iterator[list[Told]]:
        """The decisions, a chunk at a time."""
        if self.state.settings.decisions is not None:
            check_context(self.request.context, self.state.settings.decisions.context)
        deciding, done = Deciding(self.state, self.keep), 0
        total = count(self.state.store, customers)
        progress("decisions", 0, total)
        for ids in pages(self.state.store, customers, self.chunk):
            told = self._chunk(deciding, ids, listed=customers is not None)
            for each in told:
                self.tally.add(each)
            self.customers, done = self.customers + len(told), done + len(ids)
            yield told
            progress("decisions", done, max(done, total))

    def _chunk(self, deciding: Deciding, ids: Sequence[str], *, listed: bool) -> list[Told]:
        self.state.look()
        moment = moment_of(self.state, None)
        profiles = [Profile(id_type=id_type, id=id_) for id_type, id_ in map(identifier, ids)]
        known = customers_of(self.state, profiles, moment)
        if listed:
            self.unknown += [id_ for id_, profile in zip(ids, profiles, strict=True) if profile not in known]
        else:  # of a person with several ids, the one that they are known by
            known = {profile: found for profile, found in known.items() if found.customer_id == self._node(profile)}
        asked = {profile: found for profile, found in known.items() if found.passes("exports")}
        self.left_out += len(known) - len(asked)
        try:
            return self._decided(deciding, asked, moment)
        except IntegrityError:  # somebody else is at the same batch
            return self._decided(deciding, asked, moment)

    def _decided(self, deciding: Deciding, asked: dict[Profile, Customer], moment: Moment) -> list[Told]:
        """The decisions of some customers; those that were made before are told again."""
        state, lineup = self.state, self.state.required_lineup()
        questions = [
            Question(state, lineup, request, moment, customer, decision_id_of(request))
            for profile, customer in asked.items()
            for request in [self.request.model_copy(update={"profile": profile, "request_id": self.name})]
        ]
        ids = [question.decision_id for question in questions] if self.keep else []
        before = {row["decision_id"]: row for row in kept_decisions(state.store, ids)}
        check_same(self.name, questions, before)
        new = [question for question in questions if question.decision_id not in before]
        now = {made.row.decision_id: Told.now(made) for made in deciding.decide(new)}
        self.repeated += len(before)
        return [
            now.get(question.decision_id) or Told.before(state, before[question.decision_id]) for question in questions
        ]

    def _node(self, profile: Profile) -> str:
        return stored_node(self.state.settings, profile.id_type, profile.id)
