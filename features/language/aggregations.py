"""The aggregations that features are declared in: what each can be taken of, its formula and the columns it reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, get_args

from features.errors import StamkundError
from features.language.conditions import ASPECTS, MONEY, unit_size
from features.language.feature import Formula, Unit
from features.language.terms import Op
from features.units import DAY, MINUTE

Take = Literal[
    "count", "sum", "mean", "min", "max", "std", "first", "last", "distinct", "share", "ratio", "trend", "top",
    "days_since", "days_since_first",
]  # fmt: skip
# What is counted, and the column whose sum counts it; the amounts that are added up, and the unit of each.
COUNT_COLUMNS: Mapping[str, str] = {"lines": "one", "orders": "opening"}
AMOUNTS: Mapping[str, Unit] = {
    "value": "money", "net_value": "money", "discount": "money", "cost": "money", "quantity": "count",
    "rating": "points", "gap": "days",
}  # fmt: skip
SUMMABLE = (*COUNT_COLUMNS, *AMOUNTS)
LINE_COLUMNS = (*MONEY, "quantity", "category", "item_id", "offer_id")
OF_BY_TAKE: Mapping[Take, Sequence[str]] = {
    **dict.fromkeys(("sum", "mean", "min", "max", "std"), tuple(AMOUNTS)),
    **dict.fromkeys(("count", "share", "ratio", "trend"), SUMMABLE),
    **dict.fromkeys(("first", "last"), (*AMOUNTS, *ASPECTS)),
    **dict.fromkeys(("days_since", "days_since_first"), ("lines",)),
    "distinct": (*ASPECTS, "day"),
    "top": ASPECTS,
}
# The formula of each take, and the aggregates that it reads: of the column `of`, and of the one that counts it.
FORMULAS_OF_TAKES: Mapping[Take, tuple[Formula, tuple[tuple[Op, str], ...]]] = {
    "count": ("amount", (("sum", "{count}"),)),
    "sum": ("amount", (("sum", "{of}"),)),
    "mean": ("ratio", (("sum", "{of}"), ("sum", "{count}"))),
    "min": ("amount", (("min", "{of}"),)),
    "max": ("amount", (("max", "{of}"),)),
    "std": ("deviation", (("sum", "{of}"), ("sum", "{of}_squared"), ("sum", "{count}"))),
    "first": ("amount", (("first", "{of}"),)),
    "last": ("amount", (("last", "{of}"),)),
    "distinct": ("amount", (("distinct", "{of}"),)),
    "days_since": ("since", (("max", "time"),)),
    "days_since_first": ("since", (("min", "time"),)),
}
WIDE_STD: tuple[Formula, tuple[tuple[Op, str], ...]] = (
    "wide_deviation",
    (("sum", "{of}"), ("sum", "{of}_square_high"), ("sum", "{of}_square_low"), ("sum", "{count}")),
)  # of amounts, whose squares may need more than 64 bits
# The formula that chooses among several texts, and the aggregate of each text that it compares.
CHOICE_FORMULAS: Mapping[Take, tuple[Formula, Op]] = {
    "top": ("greatest", "sum"), "first": ("least", "min"), "last": ("greatest", "max")
}  # fmt: skip


def check_declaration(
    name: str, take: Take, of: str, *, over: Mapping[str, object], by: str, among: Sequence[str]
) -> None:
    """Raise a :class:`StamkundError` for a declaration that has no meaning; its message says what would have one."""
    if not re.fullmatch(r"[A-Za-z]\w*", name) or name in ("customer_id", "as_of"):
        message = (
            f"{name!r} cannot be a feature's name: use letters, digits and _, a letter first (and not `customer_id` or "
            "`as_of`)."
        )
        raise StamkundError("bad_name", message, field="name")
    if take not in get_args(Take):
        raise StamkundError.unknown("unknown_take", "`take`", take, get_args(Take), field="take")
    if of in ASPECTS and of not in OF_BY_TAKE[take]:
        message = f"The column {of} holds text, which has no {take}. It has: distinct, top, first, last."
        raise StamkundError("text_column", message, field="of")
    _check_name("of", f"`of` for {take}", of, OF_BY_TAKE[take])
    _check_name("by", "`by`", by, SUMMABLE)
    _check_over(take, of, over)
    if (take in CHOICE_FORMULAS and of in ASPECTS) != bool(among):
        message = (
            f"The {take} {of} is one of those that `among` names: a list of values, needed for texts and only there."
        )
        raise StamkundError("among", message, field="among")
    if len(set(among)) < len(among):
        raise StamkundError("among", f"A value of `among` is named twice: {', '.join(among)}.", field="among")
    if by != "lines" and take != "top":
        raise StamkundError("by", f"`by` says what the top has most of; a {take} has no use for it.", field="by")


def check_order_columns(of: str, kinds: Collection[str], columns: Iterable[str]) -> None:
    """Refuse orders of other kinds, and orders or gaps with a condition in which the lines of an order may differ."""
    if of == "orders" and "order" not in kinds:
        raise StamkundError("no_orders", f"Events of {', '.join(kinds)} are no orders. Take lines.", field="of")
    if of in ("orders", "gap") and (differ := sorted({*columns} & {*LINE_COLUMNS})):
        message = f"The lines of an order may differ in {', '.join(differ)}. Take lines, or how many distinct order_id."
        raise StamkundError("lines_differ", message, field="of")


def _check_over(take: Take, of: str, over: Mapping[str, object]) -> None:
    if (take == "ratio") != bool(over):
        message = (
            f"`over` says what a ratio is taken over (kind, of or where), and is for ratios only; this is a {take}."
        )
        raise StamkundError("over", message, field="over")
    for key in over:
        _check_name("over", "key of `over`", key, ("kind", "of", "where"))
    if (divisor := over.get("of", of)) != of:
        alike = [name for name in AMOUNTS if AMOUNTS[name] == AMOUNTS.get(of)]
        _check_name("over.of", f"`of` below {of}", str(divisor), (*COUNT_COLUMNS, *alike))


def _check_name(field: str, what: str, name: str, allowed: Sequence[str]) -> None:
    if name not in allowed:
        raise StamkundError.unknown("unknown_column", what, name, allowed, field=field)


def unit_of(take: Take, of: str, over: str, minor_units: int) -> tuple[Unit, int]:
    """The unit of a feature, and how much of its integers make one of it."""
    plain: Mapping[Take, Unit] = {
        "days_since": "days", "days_since_first": "days", "count": "count", "distinct": "count", "share": "share",
        "trend": "ratio", "top": "code",
    }  # fmt: skip
    if take in plain or of in ASPECTS:
        return plain.get(take, "code"), 1
    if take == "ratio" and (of in COUNT_COLUMNS or over not in COUNT_COLUMNS):
        return "ratio", 1
    return AMOUNTS[of], DAY // MINUTE if of == "gap" else unit_size(of, minor_units)
