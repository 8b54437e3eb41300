"""The words in one customer's record: what they said of the use of their data, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Flags, Ints, Mask
from features.evaluate.online.record import NONE, Record
from features.events.statements.stances import Stance
from features.events.statements.statement import KINDS_OF_STATEMENTS, STATEMENT_COLUMNS, Statement
from features.privacy.standing import Standing, standing_of, strictest
from features.privacy.voices import hearings


@dataclass(frozen=True)
class Words:
    """What one customer said: an entry a statement, times in µs; ``place`` is its place among the ``distinct`` ones.

    ``hearings`` tell for each voice of the customer which statements count for it; ``address`` is the place among
    ``addresses`` of what a statement is about, −1 for none.
    """

    time: Ints
    known_at: Ints
    received: Ints
    place: Ints
    distinct: tuple[Statement, ...]
    hearings: Sequence[Mask]
    address: Ints
    addresses: Sequence[str]

    @classmethod
    def of(cls, record: Record) -> Words:
        """The statements of a record."""
        kinds = [kind in KINDS_OF_STATEMENTS for kind in record.words.get("kind", ())]
        if not any(kinds) and "consents" not in record.words:
            none = np.empty(0, dtype=np.int64)
            return cls(none, none, none, none, (), [none.astype(np.bool_)], none, ())
        says = np.array([*kinds, False])[record.codes("kind")] | (record.codes("consents") >= 0)
        at = says.nonzero()[0]
        codes = [record.codes(column)[at] + 1 for column in STATEMENT_COLUMNS]
        words = [[None, *record.words.get(column, ())] for column in STATEMENT_COLUMNS]
        keys = np.ravel_multi_index(codes, [len(each) for each in words])
        distinct, place = np.unique(keys, return_inverse=True)
        indices = zip(*np.unravel_index(distinct, [len(each) for each in words]), strict=True)
        statements = tuple(Statement(*(w[i] for w, i in zip(words, each, strict=True))) for each in indices)
        time = record.numbers[0][at]
        known_at, received = (record.number(column)[at] for column in ("known_at", "received_at"))
        received = np.where(received == NONE, time, received)
        voices, speakers = np.unique(record.codes("fragment")[at], return_inverse=True)
        spoken = [["", *record.words.get("fragment", ())][code + 1] for code in voices.tolist()]
        heard = hearings(spoken, record.names, speakers, received)
        known_at, address = np.maximum(time, known_at), record.codes("address")[at].astype(np.int64)
        return cls(time, known_at, received, place, statements, heard, address, record.words.get("address", ()))

    def known_by(self, as_of: int) -> Mask:
        """Which statements are known at a moment."""
        return self.known_at <= as_of

    def standing(self, stances: Flags, among: Mask, *, by_consent: bool) -> Standing:
        """The standing by some of the statements, ``stances`` being those of the distinct ones."""
        if not self.distinct:
            return Standing()
        own = stances[self.place]
        told = among & (own != Stance.NOTHING)
        return strictest(
            standing_of(self.time[about], self.received[about], own[about], by_consent=by_consent)
            for about in (told & heard for heard in self.hearings)
        )

    def about(self, address: str | None) -> Mask:
        """Which statements count at an address: those about it, and those about none in particular."""
        return (self.address < 0) | self._at(address)

    def last(self, stances: Flags, stance: Stance, among: Mask) -> Statement | None:
        """The last statement of a stance among some."""
        found = among & (stances[self.place] == stance)
        return self.distinct[self.place[found][self.time[found].argmax()]] if found.any() else None

    def is_closed(self, stances: Flags, address: str | None) -> bool:
        """Whether an address cannot be reached: it was closed, and no yes was said at that very address since."""
        own, here = stances[self.place], self._at(address)
        closed, opened = self.about(address) & (own == Stance.UNREACHABLE), here & (own == Stance.GRANT)
        no, told = np.where(closed, Stance.REFUSAL, own), closed | opened
        return standing_of(self.time[told], self.received[told], no[told]).refused

    def _at(self, address: str | None) -> Mask:
        place = self.addresses.index(address) if address in self.addresses else -1
        mask: Mask = self.address == (place if address is None or place >= 0 else -2)
        return mask
