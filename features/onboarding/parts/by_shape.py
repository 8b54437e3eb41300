"""Parts that no name speaks of, told from values: how they repeat, how they are written, what calculates to what."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import kind, scale_in_name, state
from features.onboarding.parts.parts import Parts
from features.onboarding.parts.table_names import is_reference

BY_SHAPE = 0.4  # how sure a part is that only the shape of its values tells
_CONSISTENT = 0.99  # of the values of one column have only one value of another
_ID_LENGTH, _LONGEST_ID, _LARGEST_QUANTITY = 5, 80, 1000
_TOLD_KINDS = frozenset({"order", "refund", "view", "visit", "cart", "contact", "open", "click"})
_HIGHEST_RATING, _SMALL = 10, 12
_MOSTLY = 0.5  # of the rows, of what is an amount and not an exception
_FEWEST, _OFTEN = 3, 1.2  # customers, and rows a value of what comes again


def with_shapes(table: Table, parts: Parts) -> Parts:
    """The parts, with those of columns whose names say nothing, as far as their values tell them."""
    if is_reference(table):
        return parts
    happened = any(column.is_time for column in table.columns.values())
    for find in (_words, _order, _customer, _item, _numbers) if happened else (_words, _customer):
        for role, column in find(table, parts):
            parts = parts.adding(role, column, BY_SHAPE)
    return parts


def decides(table: Table, one: Column, other: Column) -> bool:
    """Whether each value of one column goes with only one value of another, nearly always."""
    return dependence(table, [table.text(one)], table.text(other)) >= _CONSISTENT


def _decides_daily(table: Table, one: Column, other: Column) -> bool:
    """Whether each value of one column goes with one value of another, at least on each day."""
    days = [f"CAST({table.moment(column)} AS DATE)" for column in table.columns.values() if column.is_time]
    keys = [[table.text(one)], *([table.text(one), day] for day in days)]
    return any(dependence(table, some, table.text(other)) >= _CONSISTENT for some in keys)


def dependence(table: Table, keys: Iterable[str], value: str) -> float:
    """The share of the values of some expressions together that go with at most one value of another expression."""
    selected = [f"{key} AS k{place}" for place, key in enumerate(keys)]
    names = [f"k{place}" for place in range(len(selected))]
    rows = f"SELECT {', '.join(selected)}, {value} AS v FROM {table.relation}"
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    groups = f"(SELECT count(DISTINCT v) AS n FROM ({rows}) WHERE {present} GROUP BY {', '.join(names)})"
    return table.share("n <= 1", of=groups)


def _unnamed(table: Table, parts: Parts) -> list[Column]:
    return [column for column in table.columns.values() if column.present and parts.role_of(column) is None]


def _words(table: Table, parts: Parts) -> Iterator[tuple[str, Column]]:
    """Columns whose words are known: addresses, currencies, states, kinds."""
    for column in _unnamed(table, parts):
        if _is_rating(column) and not parts.get("rating"):
            yield "rating", column
        words = list(column.common) if column.has_few and not column.is_number else []
        states = {state(word) for word in words}
        if column.is_email and not parts.all("customer", "email"):
            yield "email", column
        elif (
            words
            and column.is_currency
            and all(word.isupper() and len(word) == 3 for word in words)
            and not parts.get("currency")
        ):
            yield "currency", column
        elif words and None not in states and states & {"cancelled", "refunded"}:
            yield "status", column
        elif _tells_kinds(words) and not parts.get("kind"):
            yield "kind", column


def _is_rating(column: Column) -> bool:
    """Whether a column's name asks what ratings answer, and its values are small whole numbers."""
    small = column.is_whole and (column.low or 0) >= 0 and (column.high or 0) <= _HIGHEST_RATING
    return small and scale_in_name(column.name) is not None


def _tells_kinds(words: Sequence[str]) -> bool:
    """Whether most words tell kinds of events, and several."""
    known = [meaning for word in words if (meaning := kind(word)) is not None]
    return len(set(known) & _TOLD_KINDS) >= 2 and len(known) * 2 > len(words)


def _ids(table: Table, parts: Parts) -> list[Column]:
    """The columns whose name says nothing known, and whose values can be ids."""
    plain = [*_unnamed(table, parts), *parts.all("row_id")]
    return [
        column for column in plain
        if column.is_full and not column.is_boolean and not column.is_email and not column.is_currency
        and not (column.is_time and not column.is_number) and column.decimals == 0 and column.longest <= _LONGEST_ID
    ]  # fmt: skip


def _order(table: Table, parts: Parts) -> Iterator[tuple[str, Column]]:
    """The column that names orders: its values are all different, or they come in runs of lines."""
    if parts.get("order"):
        return
    ids = _ids(table, parts)
    runs = [column for column in ids if _comes_in_runs(table, column)]
    unique = [column for column in ids if column.is_unique and (not column.is_number or _counts_up(table, column))]
    if runs:
        yield "order", max(runs, key=lambda column: column.distinct)
    elif unique:
        yield "order", unique[0]


def _counts_up(table: Table, column: Column) -> bool:
    """Whether whole numbers are given out one after another, or are all of one length, as ids are."""
    number = table.number(column)
    steps = f"(SELECT {number} - lag({number}) OVER (ORDER BY rowid) AS step FROM {table.relation})"
    up, down = table.counts("count(*) FILTER (step > 0)", "count(*) FILTER (step < 0)", of=steps)
    shortest = min(map(len, column.common))
    return max(up, down) >= 0.9 * (up + down) or (shortest == column.longest >= _ID_LENGTH)


def _comes_in_runs(table: Table, column: Column) -> bool:
    """Whether equal values stand in rows one after another, most of them in several."""
    if column.is_unique or column.distinct * _OFTEN > table.rows or column.distinct < table.rows / 20:
        return False
    runs = (
        f"(SELECT v, lag(v) OVER (ORDER BY place) AS before "
        f"FROM (SELECT rowid AS place, {table.text(column)} AS v FROM {table.relation}))"
    )
    (changes,) = table.counts("count(*) FILTER (v IS DISTINCT FROM before)", of=runs)
    return changes <= 1.02 * column.distinct


def _customer(table: Table, parts: Parts) -> Iterator[tuple[str, Column]]:
    """The columns that may name customers: they come again, and each order has only one of them."""
    keys = parts.all("item", "campaign", "offer", "subscription")
    if parts.get("customer", "email", "phone", "person", "anonymous") or any(column.is_unique for column in keys):
        return
    order = parts.get("order")
    candidates = [
        column for column in _ids(table, parts)
        if column is not order and column.distinct >= _FEWEST and column.distinct * _OFTEN <= table.rows
        and (order is None or order.is_unique or _decides_daily(table, order, column))
    ]  # fmt: skip
    candidates.sort(key=lambda column: -column.distinct)
    if len(candidates) > 1:
        candidates = [column for column in candidates if not (column.is_whole and (column.high or 0) <= _SMALL)]
    for column in candidates:
        if column.distinct >= candidates[0].distinct / 4:
            yield "customer", column


def _numbers(table: Table, parts: Parts) -> Iterator[tuple[str, Column]]:
    """Quantities, prices and amounts: by what calculates to what, else by how they are written."""
    numbers = [
        column for column in _unnamed(table, parts)
        if column.is_number and not column.is_boolean and column.is_full and not column.times
    ]  # fmt: skip
    pieces = [column for column in numbers if _is_quantity(column)]
    money = [column for column in numbers if 1 <= column.decimals <= 4]
    named = parts.get("line_net", "line_amount", "amount", "total", "subtotal", "net", "gross", "unit_price")
    money = [column for column in money if table.share(f"{table.number(column)} <> 0") >= _MOSTLY]
    found = None
    if named is None or named in parts.all("unit_price"):
        found = _calculation(table, [*parts.all("quantity"), *pieces], [*parts.all("unit_price"), *money], money)
    if found:
        yield from (
            pair for pair in zip(("quantity", "unit_price", "line_amount"), found, strict=True) if pair[1] in numbers
        )
        return
    if named is None and not _is_priced(table, parts, pieces, money):
        for column in money or [column for column in numbers if column not in pieces and not _counts_up(table, column)]:
            yield "amount", column
    elif named is None:
        yield from (("quantity", pieces[0]), ("unit_price", money[0]))


def _is_priced(table: Table, parts: Parts, pieces: Sequence[Column], money: Sequence[Column]) -> bool:
    """Whether the only amount is the price of a piece: an item has one, whatever the quantity."""
    item = parts.get("item", "item_name")
    if item is None or len(pieces) != 1 or len(money) != 1:
        return False
    price, quantity = table.number(money[0]), table.number(pieces[0])
    items = (
        f"(SELECT count(DISTINCT {quantity}) AS pieces, count(DISTINCT {price}) AS prices FROM {table.relation} "
        f"GROUP BY {table.text(item)})"
    )
    return table.share("prices = 1", among="pieces > 1", of=items) >= _CONSISTENT


def _is_quantity(column: Column) -> bool:
    return column.is_whole and column.distinct <= 50 and 0 < abs(column.high or 0) <= _LARGEST_QUANTITY


def _calculation(
    table: Table, pieces: Sequence[Column], prices: Sequence[Column], amounts: Sequence[Column]
) -> tuple[Column, Column, Column] | None:
    """A quantity, a price and an amount of which the first two make the third."""
    for quantity in (column for column in pieces if not column.is_constant):
        for price, amount in permutations(dict.fromkeys([*prices, *amounts]), 2):
            product = f"{table.number(quantity)} * {table.number(price)}"
            if amount in amounts and table.share(f"abs({product} - {table.number(amount)}) < 0.011") >= _CONSISTENT:
                return quantity, price, amount
    return None


def _item(table: Table, parts: Parts) -> Iterator[tuple[str, Column]]:
    """The column that names what is bought: it differs within orders, and comes again in others."""
    order = parts.get("order")
    if parts.get("item", "item_name") or order is None or order.is_unique:
        return
    candidates = [
        column for column in _ids(table, parts)
        if column is not order and column not in parts.all("customer") and column.distinct * _OFTEN <= table.rows
        and column.distinct >= 2 and not decides(table, order, column) and not _is_quantity(column)
    ]  # fmt: skip
    if candidates:
        yield "item", max(candidates, key=lambda column: column.distinct)
