"""What can be taken of events: the words that features are declared in, and what each is made from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, get_args

from features.errors import StamkundError
from features.language.conditions import ASPECTS, MONEY
from features.language.conditions import unit as one
from features.language.feature import Formula, Op, Unit
from features.units import DAY, MINUTE

Take = Literal[
    "count", "sum", "mean", "min", "max", "std", "first", "last", "distinct", "share", "ratio", "trend", "top",
    "days_since", "days_since_first",
]  # fmt: skip
# What can be counted, added up, or told apart: the column that counts it, or the unit that it is in.
COUNTED: Mapping[str, str] = {"lines": "one", "orders": "opening"}
AMOUNTS: Mapping[str, Unit] = {
    "value": "money", "discount": "money", "cost": "money", "quantity": "count", "rating": "points", "gap": "days"
}  # fmt: skip
ADDED = (*COUNTED, *AMOUNTS)
OF_A_LINE = (*MONEY, "quantity", "category", "item_id", "offer_id")
OF: Mapping[Take, Sequence[str]] = {
    **dict.fromkeys(("sum", "mean", "min", "max", "std"), tuple(AMOUNTS)),
    **dict.fromkeys(("count", "share", "ratio", "trend"), ADDED),
    **dict.fromkeys(("first", "last"), (*AMOUNTS, *ASPECTS)),
    **dict.fromkeys(("days_since", "days_since_first"), ("lines",)),
    "distinct": (*ASPECTS, "day"),
    "top": ASPECTS,
}
# What is finished from columns of the same events.
FORMS: Mapping[Take, tuple[Formula, tuple[tuple[Op, str], ...]]] = {
    "count": ("amount", (("sum", "{known}"),)),
    "sum": ("amount", (("sum", "{of}"),)),
    "mean": ("ratio", (("sum", "{of}"), ("sum", "{known}"))),
    "min": ("amount", (("min", "{of}"),)),
    "max": ("amount", (("max", "{of}"),)),
    "std": ("deviation", (("sum", "{of}"), ("sum", "{of}_squared"), ("sum", "{known}"))),
    "first": ("amount", (("first", "{of}"),)),
    "last": ("amount", (("last", "{of}"),)),
    "distinct": ("amount", (("distinct", "{of}"),)),
    "days_since": ("since", (("max", "time"),)),
    "days_since_first": ("since", (("min", "time"),)),
}
# Which of some texts it is: the one with the most, or that came first or last.
PLACES: Mapping[Take, tuple[Formula, Op]] = {
    "top": ("greatest", "sum"), "first": ("least", "min"), "last": ("greatest", "max")
}  # fmt: skip


def check(name: str, take: Take, of: str, *, over: Mapping[str, object], by: str, among: Sequence[str]) -> None:
    """Refuse what says nothing, with what would."""
    if not re.fullmatch(r"[A-Za-z]\w*", name) or name in ("customer_id", "as_of"):
        raise StamkundError(
            "bad_name", f"{name!r} cannot be a feature's name: use letters, digits and _.", field="name"
        )
    if take not in get_args(Take):
        raise StamkundError.unknown("unknown_take", "`take`", take, get_args(Take), field="take")
    if of in ASPECTS and of not in OF[take]:
        message = f"The column {of} holds text, which has no {take}. It has: distinct, top, first, last."
        raise StamkundError("text_column", message, field="of")
    _known("of", f"`of` for {take}", of, OF[take])
    _known("by", "`by`", by, ADDED)
    _check_over(take, of, over)
    if (take in PLACES and of in ASPECTS) != bool(among):
        message = (
            f"The {take} {of} is one of those that `among` names: a list of values, needed for texts and only there."
        )
        raise StamkundError("among", message, field="among")
    if len(set(among)) < len(among):
        raise StamkundError("among", f"A value of `among` is named twice: {', '.join(among)}.", field="among")
    if by != "lines" and take != "top":
        raise StamkundError("by", f"`by` says what the top has most of; a {take} has no use for it.", field="by")


def told_apart(of: str, kinds: Collection[str], columns: Iterable[str]) -> None:
    """Refuse orders where there are none, and conditions on what the lines of one order may differ in."""
    if of == "orders" and "order" not in kinds:
        raise StamkundError("no_orders", f"Events of {', '.join(kinds)} are no orders. Take lines.", field="of")
    if of in ("orders", "gap") and (differ := sorted({*columns} & {*OF_A_LINE})):
        message = f"The lines of an order may differ in {', '.join(differ)}. Take lines, or how many distinct order_id."
        raise StamkundError("lines_differ", message, field="of")


def _check_over(take: Take, of: str, over: Mapping[str, object]) -> None:
    if (take == "ratio") != bool(over):
        message = (
            f"`over` says what a ratio is taken over (kind, of or where), and is for ratios only; this is a {take}."
        )
        raise StamkundError("over", message, field="over")
    for key in over:
        _known("over", "key of `over`", key, ("kind", "of", "where"))
    if (under := over.get("of", of)) != of:
        alike = [name for name in AMOUNTS if AMOUNTS[name] == AMOUNTS.get(of)]
        _known("over.of", f"`of` below {of}", str(under), (*COUNTED, *alike))


def _known(field: str, what: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise StamkundError.unknown("unknown_column", what, name, known, field=field)


def unit(take: Take, of: str, over: str, minor_units: int) -> tuple[Unit, int]:
    """The unit of what is taken, and how much of it is one."""
    plain: Mapping[Take, Unit] = {
        "days_since": "days", "days_since_first": "days", "count": "count", "distinct": "count", "share": "share",
        "trend": "ratio", "top": "code",
    }  # fmt: skip
    if take in plain or of in ASPECTS:
        return plain.get(take, "code"), 1
    if take == "ratio" and (of in COUNTED or over not in COUNTED):
        return "ratio", 1
    return AMOUNTS[of], DAY // MINUTE if of == "gap" else one(of, minor_units)
