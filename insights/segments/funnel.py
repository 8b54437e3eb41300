"""The audience of a segment on a channel: how many can be written to, and why each other one cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from features import compute as pc
from features.arrays import Flags, Mask
from features.config.sections.consent import ConsentSettings
from features.events.identifiers import VISITOR_TYPES
from features.events.statements.addresses import CHANNELS
from insights.segments.customers import Columns

NO_IDENTIFIER, NO_PERMISSION, CAPPED, NO_ADDRESS = "no_identifier", "no_permission", "capped", "no_address"
STEPS: Final = {"identified": NO_IDENTIFIER, "consented": NO_PERMISSION, "under_caps": CAPPED, "reachable": NO_ADDRESS}


@dataclass(frozen=True)
class Audience:
    """``left`` after each step of the funnel, and ``out[customer]``: the place of the step at which each falls out.

    It is −1 for who is reached or was never in.
    """

    steps: tuple[str, ...]
    left: tuple[int, ...]
    out: Flags

    @classmethod
    def of(cls, members: Mask, passing: Mapping[str, Mask]) -> Audience:
        """Members who pass one step after the other.

        >>> audience = Audience.of(np.array([True, True, False]), {"consented": np.array([True, False, True])})
        >>> audience.left, audience.out.tolist()
        ((2, 1), [-1, 0, -1])
        """
        left, counts, out = members.copy(), [int(np.count_nonzero(members))], np.full(len(members), -1, dtype=np.int8)
        for place, passes in enumerate(passing.values()):
            out[left & ~passes] = place
            left &= passes
            counts.append(int(np.count_nonzero(left)))
        return cls(tuple(passing), tuple(counts), out)

    def reason(self, place: int) -> str | None:
        """Why a member falls out, as a code; None for who does not."""
        step = int(self.out[place])
        return None if step < 0 else STEPS[self.steps[step]]


def audience(
    columns: Columns, members: Mask, channel: str, consent: ConsentSettings | None, under_caps: Mask | None = None
) -> Audience:
    """The audience on a channel; ``under_caps[customer]``, by whoever counts, tells who may get one more message."""
    everybody = np.ones(columns.customers, dtype=np.bool_)
    passing = {
        "identified": identified(columns.ids),
        "consented": _permitted(columns, channel, consent),
        "under_caps": everybody if under_caps is None else under_caps,
        "reachable": _addressed(columns, channel),
    }
    return Audience.of(members, passing)


def identified(ids: pa.Array) -> Mask:
    """``[customer]``: who is known by more than a browser or a device.

    >>> identified(pa.array(["1", "email:a@x.se", "device_id:7"])).tolist()
    [True, True, False]
    """
    of_visitors: list[Mask] = [
        pc.starts_with(ids, f"{name}:").to_numpy(zero_copy_only=False) for name in sorted(VISITOR_TYPES)
    ]
    return np.array(~np.any(of_visitors, axis=0), dtype=np.bool_)


def _permitted(columns: Columns, channel: str, consent: ConsentSettings | None) -> Mask:
    """Who allows to be written to for one purpose of the channel at least; all where none is about it."""
    purposes = {} if consent is None else consent.purposes_on(channel)
    if not purposes:
        return np.ones(columns.customers, dtype=np.bool_)
    allowed = [columns.columns[f"consent.{name}"].cell(slice(None)).value for name in purposes]
    return np.array(np.any(allowed, axis=0), dtype=np.bool_)


def _addressed(columns: Columns, channel: str) -> Mask:
    """Who has an address on the channel; all where it needs none, as a web page does."""
    id_type = CHANNELS.get(channel)
    if id_type is None:
        return np.ones(columns.customers, dtype=np.bool_)
    own: Mask = pc.starts_with(columns.ids, f"{id_type}:").to_numpy(zero_copy_only=False)
    trait = columns.columns.get(f"traits.{id_type}")
    return own if trait is None else np.logical_or(own, trait.cell(slice(None)).known)
