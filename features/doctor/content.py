"""Findings about what events hold: kinds, channels, amounts and products; and about offers."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from features.doctor.doubts.remedies import setting
from features.doctor.findings.finding import Finding, Severity, enumeration, percent, quantity
from features.events.kinds import KINDS, kind_in_name, near_kind


def event_kinds(kinds: pl.DataFrame, *, enough: int) -> Iterator[Finding]:
    """The kinds of events, those too rare to learn from, and those that seem to be a standard kind by another name."""
    counts = [
        f"{r['kind']} {r['events']:,} ({quantity(r['customers'], 'customer')})" for r in kinds.iter_rows(named=True)
    ]
    yield Finding("kinds", "ok", f"{quantity(kinds.height, 'kind')} of events: {enumeration(counts, 8)}.")
    rare = kinds.filter(pl.col("customers") < enough)["kind"].to_list()
    if rare:
        text = f"Done by fewer than {enough} customers, too few to predict: {enumeration(rare)}."
        yield Finding(
            "kinds", "note", text, "Good as a sign of something else; wait for more before making it a target."
        )
    names = kinds["kind"].to_list()
    for kind in names:
        standard = probable_kind(kind)
        if standard is not None:
            text = (
                f"'{kind}' seems to be what is called '{standard}' here; under its own name its meaning is not known."
            )
            column = setting("kind", f"if(kind = '{kind}', '{standard}', kind)")
            step = f"Write `kind: {standard}` in its source, or of a column that holds kinds `{column}`."
            yield Finding("kinds", "warning", text, step)


def probable_kind(kind: str) -> str | None:
    """The standard kind that a name seems to mean; None when it is a standard kind itself, or seems to mean none.

    >>> probable_kind("Purchase"), probable_kind("order"), probable_kind("yoga_class")
    ('order', None, None)
    """
    return None if kind in KINDS else near_kind(kind) or kind_in_name(kind)


def channels(table: pl.DataFrame) -> Finding:
    """How many events have a channel."""
    with_channel = table.filter(pl.col("channel").is_not_null())
    count, total = int(with_channel["events"].sum()), int(table["events"].sum())
    if not count:
        text = "No event says by which channel it came: shop, web, app, e-mail."
        step = "Map `channel` in each source; a constant is written in quotes: channel: \"'shop'\"."
        return Finding("channels", "note", text, step)
    shares = [f"{row['channel']} {percent(row['events'], total)}" for row in with_channel.iter_rows(named=True)]
    level: Severity = "ok" if count >= 0.8 * total else "note"
    text = f"{percent(count, total)} of the events say by which channel they came: {enumeration(shares, 6)}."
    return Finding("channels", level, text, None if level == "ok" else "Map `channel` in the other sources too.")


def order_values(kinds: pl.DataFrame) -> Iterator[Finding]:
    """How many order lines have a value, a cost, a product and a category."""
    for row in kinds.filter(pl.col("kind") == "order").iter_rows(named=True):
        lines, with_value = row["events"], row["with_value"]
        if with_value < lines:
            level: Severity = "note" if with_value >= 0.95 * lines else "warning"
            share = percent(lines - with_value, lines)
            text = f"{share} of the order lines have no value: spend and worth are too low by them."
            yield Finding("amounts", level, text, "Map what was paid for the line to `value`.")
        else:
            margin = (
                "" if row["with_cost"] else " None has a cost, so profit is taken from the margin in stamkund.yaml."
            )
            yield Finding("amounts", "ok", f"Every order line has a value.{margin}")
        yield _order_products(lines, row["with_item_id"], row["with_category"])


def _order_products(lines: int, items: int, categories: int) -> Finding:
    text = (
        f"{percent(items, lines)} of the order lines name their product, {percent(categories, lines)} have a category."
    )
    if categories >= 0.9 * lines:
        return Finding("products", "ok", text)
    step = "Add a source with `table: items` (item_id, category), and map `item_id` in the orders."
    return Finding("products", "note", text, step)


def offers(table: pl.DataFrame) -> Finding:
    """How many offers are valid, and how many of them have a value and a cost."""
    row = table.row(0, named=True)
    if not row["offers"]:
        step = "Add a source with `table: offers`: what you could show, each with its value and cost."
        return Finding("offers", "note", "There is nothing to offer yet: no coupon, product, content or action.", step)
    if not row["valid"]:
        text = (
            f"None of the {quantity(row['offers'], 'offer')} is valid at this moment: everyone would see the fallback."
        )
        return Finding("offers", "warning", text, "Add current offers, or correct their `starts` and `ends`.")
    text = f"Valid at this moment: {row['valid']:,} of {quantity(row['offers'], 'offer')}"
    if row["with_value"] == row["with_cost"] == row["valid"]:
        return Finding("offers", "ok", text + ", each with its value and cost.")
    text += (
        f". With a value: {row['with_value']:,}, with a cost: {row['with_cost']:,}; the rest is estimated from orders."
    )
    return Finding("offers", "note", text, "Map `value` and `cost`, if you know what an offer earns and costs you.")
