"""Traits of all customers at a moment: the table of customers, and over it what ``identify`` events gave by then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import polars as pl

from features.identity.people import People
from features.language.rules.typed import typed
from features.language.rules.types import Type
from features.profiles.records import told_traits
from insights.segments.columns.column import Column


def trait_columns(
    people: People, ids: pl.Series, types: Mapping[str, Type], *, as_of: int
) -> Iterator[tuple[str, Column]]:
    """By name the column of each trait of these types, of the customers of ``ids``."""
    if not types:
        return
    table = people.about("customers").collect(engine="streaming")
    aligned = pl.DataFrame({"customer_id": ids}).join(table, on="customer_id", how="left", maintain_order="left")
    said = _said(people, as_of=as_of)
    places = {customer: place for place, customer in enumerate(ids) if customer in said} if said else {}
    for name, kind in types.items():
        values: list[object] = aligned[name].to_list() if name in table.columns else [None] * len(ids)
        for customer, place in places.items():
            if name in said[customer]:
                values[place] = said[customer][name]
        yield f"traits.{name}", _column(values, kind)


def _said(people: People, *, as_of: int) -> dict[str, dict[str, object]]:
    """What each customer's ``identify`` events gave by a moment, later over earlier."""
    found = told_traits(people.customer_events().filter(pl.col("time") <= as_of)).items()
    return {
        customer: {name: value for one in told if one.known_at <= as_of for name, value in one.values.items()}
        for customer, told in found
    }


def _column(values: Collection[object], kind: Type) -> Column:
    """Values as they were told, as what the trait is."""
    read: dict[object, object] = {}
    typed_values = []
    for value in values:
        key = repr(value) if isinstance(value, list | dict) else (type(value), value)
        if key not in read:
            read[key] = typed(value, kind)
        typed_values.append(read[key])
    if kind == "number":
        return Column.of_numbers(np.array([np.nan if v is None else v for v in typed_values], dtype=np.float64))
    if kind == "moment":
        return Column.of_moments(typed_values)  # type: ignore[arg-type]
    return Column.of_words(typed_values, kind)
