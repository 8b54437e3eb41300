"""Some events, what of them is aggregated, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from features.errors import StamkundError
from features.language.aggregations import COUNT_COLUMNS, Take, check_order_columns
from features.language.conditions import condition_text, conditions, texts
from features.language.terms import Condition, Where

PREFIXES: Mapping[Take, str] = {
    "count": "number of ", "sum": "sum of ", "mean": "mean ", "min": "least ", "max": "greatest ", "std": "spread of ",
    "first": "first ", "last": "last ", "share": "share of ", "trend": "trend of ",
    "days_since": "days since the last of ", "days_since_first": "days since the first of ",
}  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """Events of some kinds that meet conditions, and ``of``: the amount, text or count that is aggregated."""

    kind: str | Sequence[str]
    of: str
    where: Mapping[str, object]

    def conditions(self, minor_units: int) -> Where:
        """The conditions that the events meet, the one on their kind included."""
        kinds = Condition("kind", texts(self.kind, field="kind"))
        if not all(kind.strip() for kind in kinds.values):
            raise StamkundError("no_kind", "A kind of events is empty. Name it, such as order or visit.", field="kind")
        check_order_columns(self.of, kinds.values, self.where)
        return tuple(sorted([kinds, *conditions(self.where, minor_units=minor_units)]))

    @property
    def text(self) -> str:
        """The selection in words."""
        kinds = " or ".join(f"'{kind}'" for kind in texts(self.kind))
        restriction = f" with {condition_text(self.where)}" if self.where else ""
        if self.of == "orders":
            return f"orders{restriction}"
        return {"lines": "", "gap": "days between "}.get(self.of, f"{self.of} of ") + f"{kinds} events{restriction}"


def describe(take: Take, part: Selection, base: Selection, by: str) -> str:
    """An aggregation in words.

    Args:
        take: how the events are aggregated.
        part: the events.
        base: of a ratio, the events in its divisor.
        by: of ``top``, what is compared.

    >>> redemptions, contacts = Selection("redeem", "lines", {}), Selection("contact", "lines", {})
    >>> describe("ratio", redemptions, contacts, "lines")
    "'redeem' events over 'contact' events"
    """
    if take == "ratio":
        return f"{part.text} over {base.text}"
    if take == "top":
        return f"{part.of} with the most {replace(part, of=by).text}"
    if take == "trend":
        return f"{part.text} over those of as many days before,"
    events = replace(part, of="lines").text
    if take == "distinct":
        return f"number of different {_plural(part.of)} {'with' if part.of == 'day' else 'of'} {events}"
    if take == "count" and part.of not in COUNT_COLUMNS:
        return f"number of gaps between {events}" if part.of == "gap" else f"number of {events} that hold a {part.of}"
    return PREFIXES[take] + part.text


def _plural(of: str) -> str:
    """The plural of a text column.

    >>> _plural("day"), _plural("category"), _plural("item_id")
    ('days', 'categories', 'items')
    """
    return "categories" if of == "category" else f"{of.removesuffix('_id')}s"
