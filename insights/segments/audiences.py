"""The table of audiences: on each channel, how many of a segment can be written to, and why the others cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from features import compute as pc
from features.arrays import Mask
from features.config.settings import Settings
from features.events.statements.addresses import CHANNELS
from insights.segments.customers import Columns
from insights.segments.funnel import audience
from insights.segments.telling import Json, steps_of
from insights.tables import Draft

UnderCaps = Callable[[Columns, Mask, str], Mask]  # [customer]: who of some may get one more message on a channel
AUDIENCES: Final = pa.schema([
    ("segment", pa.string()), ("channel", pa.string()), ("step", pa.string()), ("left", pa.int64()),
    ("reason", pa.string()),
])  # fmt: skip


def write_audiences(
    draft: Draft, settings: Settings, columns: Columns, members: Mapping[str, Mask], under_caps: UnderCaps | None
) -> None:
    """Write ``audiences``: of each segment and channel the steps of the funnel, caps as whoever counts them says."""
    somebody: Mask = np.logical_or.reduce([np.zeros(columns.customers, np.bool_), *members.values()])
    rows = list[Json]()
    for channel in channels_of(settings, columns):
        under = None if under_caps is None else under_caps(columns, somebody, channel)
        for name, own in members.items():
            found = audience(columns, own, channel, settings.consent, under)
            rows += [{"segment": name, "channel": channel, **step} for step in steps_of(found)]
    draft.write("audiences", pa.Table.from_pylist(rows, AUDIENCES))


def channels_of(settings: Settings, columns: Columns) -> list[str]:
    """The channels that purposes, caps and rests name, and one for each type of address that anybody has."""
    return sorted({*_declared(settings), *_with_addresses(columns)})


def _declared(settings: Settings) -> Iterator[str]:
    if settings.consent is not None:
        yield from (purpose.channel for purpose in settings.consent.purposes.values() if purpose.channel is not None)
    if settings.decisions is not None:
        for selection in (*settings.decisions.caps.values(), *settings.decisions.rests.values()):
            yield from selection.channel or ()


def _with_addresses(columns: Columns) -> Iterator[str]:
    first = {id_type: channel for channel, id_type in reversed([*CHANNELS.items()]) if id_type is not None}
    for id_type, channel in first.items():
        trait = columns.columns.get(f"traits.{id_type}")
        told = trait is not None and trait.cell(slice(None)).known.any()
        if told or pc.any(pc.starts_with(columns.ids, f"{id_type}:")).as_py():
            yield channel
