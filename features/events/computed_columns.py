"""Columns that are computed from the integers of an event, in frames and in NumPy arrays alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from features.events.columns import NUMBERS, WIDE
from features.events.local_time import LOCAL
from features.events.squares import IntegerColumn, square_high, square_low, squared
from features.units import DAY, HOUR, WEEK


@dataclass(frozen=True)
class ComputedColumn:
    """An integer of an event, computed from its sources; nothing where any of them is."""

    sources: tuple[str, ...]
    compute: Callable[..., IntegerColumn]


def identity(x: IntegerColumn) -> IntegerColumn:
    """The column itself."""
    return x


def _one(x: IntegerColumn) -> IntegerColumn:
    return x * 0 + 1


def _first(line: IntegerColumn) -> IntegerColumn:
    return line < 2


def _morning(line: IntegerColumn, local: IntegerColumn) -> IntegerColumn:
    return (line < 2) & (local % DAY < 12 * HOUR)


def _evening(line: IntegerColumn, local: IntegerColumn) -> IntegerColumn:
    return (line < 2) & (local % DAY >= 18 * HOUR)


def _weekend(line: IntegerColumn, local: IntegerColumn) -> IntegerColumn:
    return (line < 2) & ((local + 3 * DAY) % WEEK >= 5 * DAY)


# By name; weeks start on Monday, by local time. `opening` is 1 on the first line of an order.
COLUMNS: Mapping[str, ComputedColumn] = {
    **{name: ComputedColumn((name,), identity) for name in NUMBERS if name != "order_line"},
    **{f"{name}_known": ComputedColumn((name,), _one) for name in NUMBERS if name not in ("time", "order_line")},
    **{f"{name}_squared": ComputedColumn((name,), squared) for name in ("latitude", "longitude")},
    **{f"{name}_square_high": ComputedColumn((name,), square_high) for name in WIDE},
    **{f"{name}_square_low": ComputedColumn((name,), square_low) for name in WIDE},
    "one": ComputedColumn(("time",), _one),
    "opening": ComputedColumn(("order_line",), _first),
    "morning": ComputedColumn(("order_line", LOCAL), _morning),
    "evening": ComputedColumn(("order_line", LOCAL), _evening),
    "weekend": ComputedColumn(("order_line", LOCAL), _weekend),
    "day": ComputedColumn((LOCAL,), lambda local: local // DAY),
    "week": ComputedColumn((LOCAL,), lambda local: (local + 3 * DAY) // WEEK),
}
OF_ANY_EVENT = (("time",), (LOCAL,))  # sources that no event lacks
# Minutes since the customer's previous event of the same kind; lines of one order are one event.
GAP = "gap"
GAP_COLUMNS: Mapping[str, ComputedColumn] = {
    "gap": ComputedColumn((GAP,), identity),
    "gap_known": ComputedColumn((GAP,), _one),
    "gap_squared": ComputedColumn((GAP,), squared),
}
# The value as it counts in what a customer has brought: what a return is worth comes off.
NET = "net_value"
NET_COLUMNS: Mapping[str, ComputedColumn] = {
    NET: ComputedColumn((NET,), identity),
    f"{NET}_known": ComputedColumn((NET,), _one),
    f"{NET}_square_high": ComputedColumn((NET,), square_high),
    f"{NET}_square_low": ComputedColumn((NET,), square_low),
}
ALL_COLUMNS: Mapping[str, ComputedColumn] = {**COLUMNS, **GAP_COLUMNS, **NET_COLUMNS}


def sources(name: str) -> tuple[str, ...]:
    """The columns that aggregations read for a column: canonical ones, :data:`NET` and :data:`LOCAL`.

    >>> sources("weekend"), sources("gap"), sources("category")
    (('order_line', 'local_time'), ('time',), ('category',))
    """
    if name in GAP_COLUMNS:
        return ("time",)
    return ALL_COLUMNS[name].sources if name in ALL_COLUMNS else (name,)


def canonical_sources(name: str) -> tuple[str, ...]:
    """The canonical columns that a column is made from.

    >>> canonical_sources("net_value_known"), canonical_sources("weekend")
    (('kind', 'value'), ('order_line', 'time'))
    """
    if name in NET_COLUMNS:
        return ("kind", "value")
    return tuple("time" if source == LOCAL else source for source in sources(name))
