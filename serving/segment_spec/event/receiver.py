"""Who receives messages: what they are read with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from features.events.money import Money
from features.privacy.pseudonyms import Pseudonyms
from features.reading.ids import MISSING_IDS


@dataclass(frozen=True)
class Receiver:
    """The reporting currency, the moment of receipt (µs), items' categories by their ids, and ids that mean nobody.

    ``now`` is the moment by the service's clock; ``received_at`` by the world's, where the settings fix that clock:
    by it a withdrawal counts. ``pseudonyms`` stand for identifiers that are hashed. ``erased_until`` tells of an
    identifier's node up to which moment its events are refused, for its person was erased. Refusals are
    told in ``language``.
    """

    money: Money
    now: int
    categories: Mapping[str, str] = field(default_factory=dict)
    missing_ids: Sequence[str] = MISSING_IDS
    received_at: int = 0
    pseudonyms: Pseudonyms | None = None
    erased_until: Callable[[str], int | None] | None = None
    language: str = "en"

    def receipt(self, *, statement: bool) -> int:
        """When an event is received (µs); a statement in real time, if that is later than the clock."""
        return max(self.now, self.received_at) if statement else self.now
