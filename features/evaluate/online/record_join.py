"""The records of several identifiers as the one of the person whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from features.evaluate.online.record import RECORD_NUMBERS, RECORD_TEXTS, Record
from features.evaluate.online.traits import chosen, together
from features.events.columns import EVENT_ORDER


def joined(records: Sequence[Record], customer_id: str) -> Record:
    """One record of all events, traits and snapshots of the person of an id.

    What the first says in an attribute counts before the others, unless a rule chooses among their claims.

    >>> visits = [Record.of([{"event_id": key, "time": at, "kind": "visit"}]) for key, at in (("b", 2), ("a", 1))]
    >>> joined(visits, "7").number("time").tolist()
    [1, 2]
    """
    if len(records) == 1:
        return replace(records[0], attributes=_attributes(records, customer_id))
    numbers = {column: np.concatenate([each.number(column) for each in records]) for column in RECORD_NUMBERS}
    texts = {column: [text for each in records for text in _texts(each, column)] for column in RECORD_TEXTS}
    keys = [numbers["time"].tolist(), *(["" if text is None else text for text in texts[c]] for c in EVENT_ORDER[1:])]
    rows = list(zip(*keys, range(len(numbers["time"])), strict=True))
    order, known = [], set[tuple[object, ...]]()
    for row in sorted(rows):
        if row[1:3] not in known:
            known.add(row[1:3])
            order.append(cast(int, row[3]))
    traits = sorted({t[:3]: t for each in records for t in each.traits}.values(), key=lambda one: one[:3])
    snapshots = sorted((s for each in records for s in each.snapshots), key=lambda one: one.time)
    at = np.array(order, dtype=np.int64)
    record = Record.from_columns(
        {column: values[at] for column, values in numbers.items()},
        {column: [values[place] for place in order] for column, values in texts.items()},
        _attributes(records, customer_id),
        traits,
        snapshots,
    )
    names = tuple(dict.fromkeys(name for each in records for name in each.names))
    return replace(record, names=names, claims=together([each.claims for each in records]))


def _attributes(records: Sequence[Record], customer_id: str) -> dict[str, object]:
    attributes: dict[str, object] = {}
    for each in records:
        attributes = {**each.attributes, **{name: value for name, value in attributes.items() if value is not None}}
    claims = together([each.claims for each in records])
    return attributes | {name: chosen(several, customer_id) for name, several in claims.items()}


def _texts(record: Record, column: str) -> list[str | None]:
    words: list[str | None] = [*record.words.get(column, ()), None]  # −1, for none, is the last
    return [words[code] for code in record.codes(column)]
