"""Findings about attributes of customers: how many have some, what a table of today can tell, and what goes unused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl

from features.doctor.findings.finding import Finding, enumeration, percent, quantity


def attribute_coverage(attributes: pl.DataFrame, customers: int) -> Finding:
    """How many customers have attributes."""
    row = attributes.row(0, named=True)
    if not row["customers"]:
        step = "If you have a customer table, add it with `table: customers`; behaviour alone is enough to start."
        return Finding("attributes", "note", "Nothing is known of customers beside what they do.", step)
    text = (
        f"{row['active']:,} of {quantity(customers, 'customer')} ({percent(row['active'], customers)}) have attributes"
    )
    text += f": {enumeration(row['names'])}."
    if row["active"] < 0.5 * row["customers"]:
        text += f" {row['customers'] - row['active']:,} more have attributes but no events."
    return Finding("attributes", "ok" if row["active"] else "warning", text)


def attribute_history(tables: Collection[str]) -> Iterator[Finding]:
    """Attributes without a history: what a table of customers can and cannot tell."""
    if "customers" in tables and "snapshots" not in tables:
        text = "Attributes of `table: customers` are as they are today, and past moments are shown with them too."
        step = "Fine for what never changes; of what does, keep each export, and read them as `table: snapshots`."
        yield Finding("attributes", "note", text, step)


def unused_attributes(left_out: Mapping[str, str]) -> Iterator[Finding]:
    """The attributes that make no features, each with the reason."""
    if left_out:
        reasons = enumeration([f"{name} ({why})" for name, why in left_out.items()], 6)
        text = f"{quantity(len(left_out), 'attribute')} make no feature: {reasons}."
        step = "Leave them out of `columns`, or map what is alike in them: a group, a number, a day with its `formats`."
        yield Finding("attributes", "note", text, step)
