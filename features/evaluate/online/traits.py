"""What is known of a customer beside events: traits, which ``identify`` events give, snapshots, and claims of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, cast

import orjson

from features.events.columns import order_of

CONTEXT: Final = "context"  # where properties keep the context of their message


class Traits(NamedTuple):
    """What an ``identify`` event says of the customer, from its time on, or from ``known_at`` on if later (µs)."""

    time: int
    event_id: str
    source: str
    values: Mapping[str, object]
    known_at: int = 0


class Snapshot(NamedTuple):
    """The attributes of a customer that are true from a time (µs) on, until the next snapshot."""

    time: int
    values: Mapping[str, object]


class Claim(NamedTuple):
    """What a row of ``customers`` says of an attribute, and of which customer it says so.

    The greatest ``weight`` counts; claims without one have as many as say the same.
    """

    said_of: str
    weight: int | None
    value: object


Claims = Mapping[str, Sequence[Claim]]  # by attribute


def traits_of(event: Mapping[str, object]) -> Traits | None:
    """What an event says of its customer; None unless it is an ``identify`` with properties."""
    properties = event.get("properties")
    if event["kind"] != "identify" or not properties:
        return None
    known_at = cast(int, event.get("known_at") or 0)
    values = orjson.loads(cast(str, properties))
    if isinstance(values.get(CONTEXT), dict):  # of the message, which says nothing of the customer
        del values[CONTEXT]
    return Traits(*order_of(event), values, known_at)


def chosen(claims: Sequence[Claim], customer_id: str) -> object:
    """The value that counts of a person of this id; of equal weights, that of the own row, then the first by id.

    >>> chosen([Claim("a", 2, "Lund"), Claim("b", 5, "Umeå"), Claim("c", 5, "Ystad")], "c")
    'Ystad'
    >>> chosen([Claim("a", None, "Lund"), Claim("b", None, "Umeå"), Claim("c", None, "Umeå")], "a")
    'Umeå'
    """
    votes = Counter(claim.value for claim in claims)

    def place(claim: Claim) -> tuple[int, bool, str]:
        weight = votes[claim.value] if claim.weight is None else claim.weight
        return -weight, claim.said_of != customer_id, claim.said_of

    return min(claims, key=place).value


def together(records: Sequence[Claims]) -> dict[str, tuple[Claim, ...]]:
    """The claims of several records, by attribute.

    >>> together([{"city": [Claim("a", 1, "Lund")]}, {"city": [Claim("b", 1, "Umeå")]}])["city"][1].value
    'Umeå'
    """
    names = dict.fromkeys(name for claims in records for name in claims)
    return {name: tuple(claim for claims in records for claim in claims.get(name, ())) for name in names}
