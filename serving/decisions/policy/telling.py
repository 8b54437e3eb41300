"""What is told of a limit that keeps a candidate from being shown: how much there was, and when there is more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from features.config.sections.decisions.policy.selection import Touch
from features.events.money import amount_text
from serving.decisions.policy.allowance import Allowance
from serving.decisions.policy.limits import BUDGET, CAP, Limit

Params = Mapping[str, object]


def params(allowance: Allowance, row: int, candidate: int, *, decimals: int) -> Params:
    """The parameters of a limit, given by its row, that has too little room for a candidate.

    ``again_at`` (µs) is when there is room if nothing else is chosen meanwhile; None where that is never. Amounts are
    texts with so many ``decimals``, like all that are exact.
    """
    board, limit = allowance.board, allowance.board.limits[row]
    place = int(board.cells[row, candidate])
    most, count = int(board.rooms[place]), int(board.rooms[place] - allowance.rooms[place])
    again = _again_at(allowance, row, candidate, most)
    match limit.code:
        case "cap":
            return {
                CAP: limit.name,
                **_of(limit, allowance.board.touches[candidate]),
                "count": count,
                "limit": most,
                "again_at": again,
            }
        case "budget":
            return {BUDGET: limit.name, **_amounts(count, most, decimals), "again_at": again}
    return {"count": count, "limit": most}


def _of(limit: Limit, touch: Touch) -> Params:
    """Of which thing it is told, where each is counted by itself."""
    thing = limit.thing_of(touch)
    return {"of": thing} if thing else {}


def _amounts(spent: int, amount: int, decimals: int) -> Params:
    return {"spent": amount_text(spent, decimals), "amount": amount_text(amount, decimals)}


def _again_at(allowance: Allowance, row: int, candidate: int, most: int) -> int | None:
    limit, as_of = allowance.board.limits[row], allowance.as_of
    thing = str(limit.thing_of(allowance.board.touches[candidate]))
    if limit.total:
        slots = sorted(allowance.used.get((limit.key, thing), {}).items())
        return _room_after(limit, slots, most - int(allowance.board.needs[row, candidate]), as_of)
    times = _times(allowance, limit, thing)
    return limit.window.until(as_of, times[len(times) - most]) if len(times) >= most else None


def _times(allowance: Allowance, limit: Limit, thing: str) -> Sequence[int]:
    """When what counts was shown; of different ones, when each of them was last."""
    touches, as_of = allowance.board.touches, allowance.as_of
    taken = [(as_of, touches[place]) for place in allowance.taken] if limit.counts_decisions else []
    moments = [*allowance.history.get(limit.kind, ()), *taken]
    counted = [(time, touch) for time, touch, name in limit.counted(moments, as_of=as_of) if name == thing]
    if limit.distinct is None:
        return sorted(time for time, _ in counted)
    return sorted({getattr(touch, limit.distinct): time for time, touch in sorted(counted, key=itemgetter(0))}.values())


def _room_after(limit: Limit, slots: Sequence[tuple[int, int]], least: int, as_of: int) -> int | None:
    """When so much of what was counted in slots has left the window that no more than ``least`` is in it."""
    left = sum(amount for _, amount in slots)
    for slot, amount in slots:
        left -= amount
        if left <= least:
            return limit.window.slot_until(as_of, slot)
    return None
