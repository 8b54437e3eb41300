"""The same columns as one who knows pandas well would write them, from files in the order of customer, time and event.

Customers are numbers and texts of few values categories; the rows that meet conditions are taken once and then cut by
the spans; sums are weighted counts of customers' numbers, and only what is no sum is a group-by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.peers.formulas import finish
from benchmarks.peers.numbers import FINE, plain_name
from features.arrays import Floats
from features.language.feature import Feature
from features.language.terms import Condition, Measure, Span, Term, Where
from features.units import DAY, HOUR, MINUTE

FEW = ("fragment", "kind", "channel", "category", "scale")  # texts of few values
FILE_COLUMNS = ("value", "discount", "cost", "renews_at", "order_id", *FEW, *FINE)
Column = Callable[[pd.DataFrame], "pd.Series[Any]"]
Mask = npt.NDArray[np.bool_]


def by_pandas(events: Sequence[Path], customers: Path, features: Sequence[Feature], *, as_of: int) -> pd.DataFrame:
    """``customer_id`` and the features at ``as_of``, a row a customer, from the lake's files."""
    terms = list(dict.fromkeys(t for f in features for t in f.terms))
    df, names = _read(events, terms, as_of)
    masks: dict[Condition, Mask] = {}
    values: dict[Term, Floats] = {}
    for where, spans in _by_rows(terms).items():
        columns = {t.measure.column for group in spans.values() for t in group}
        rows = _measure_columns(df, _mask(df, where, masks), columns)
        for span, group in spans.items():
            inside = _inside(rows, span)
            values |= {term: _aggregate(inside, term.measure, len(names)) for term in group}
    codes = _codes([f for f in features if f.formula == "attribute"], names, pd.read_parquet(customers))
    return pd.DataFrame({"customer_id": names, **finish(features, values, codes, as_of=as_of)})


def _read(events: Sequence[Path], terms: Sequence[Term], as_of: int) -> tuple[pd.DataFrame, pd.Index[Any]]:
    """The events so far by the number of their customer, and the customers' names."""
    sources = {plain_name(t.measure.column) for t in terms} | {c.column for t in terms for c in t.measure.where}
    columns = sorted(sources.intersection(FILE_COLUMNS) | {"fragment", "time", "order_line"})
    paths = [str(file) for file in events]
    table = pq.read_table(paths, columns=columns, read_dictionary=FEW, filters=[("time", "<=", as_of)])
    df: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
    customer, names = pd.factorize(df["fragment"])
    assert (np.diff(customer) >= 0).all(), "the files are not in the order of customers"
    for name in sources.intersection(FINE):
        df[name] = np.floor(df[name] * FINE[name] + 0.5)
    df["net_value"] = df["value"].where(~df["kind"].isin(["cancel", "refund"]), -df["value"])
    return df.drop(columns="fragment").assign(customer=customer, age=(as_of - df["time"]) // DAY), pd.Index(names)


def _by_rows(terms: Sequence[Term]) -> dict[Where, dict[Span, list[Term]]]:
    groups: dict[Where, dict[Span, list[Term]]] = {}
    for term in terms:
        groups.setdefault(term.measure.where, {}).setdefault(term.span, []).append(term)
    return groups


def _mask(df: pd.DataFrame, where: Where, masks: dict[Condition, Mask]) -> Mask:
    mask = np.ones(len(df), dtype=np.bool_)
    for condition in where:
        if condition not in masks:
            masks[condition] = _meets(df[condition.column], condition).to_numpy()
        mask &= masks[condition]
    return mask


def _meets(values: pd.Series[Any], condition: Condition) -> pd.Series[bool]:
    if condition.values:
        return values.notna() & (values.isin(condition.values) != condition.negated)
    return values.notna() & (values >= condition.low) & (values < condition.high)


def _measure_columns(df: pd.DataFrame, mask: Mask, columns: set[str]) -> pd.DataFrame:
    """The rows with their customers and ages, and a column for each that is measured."""
    sources = {*map(plain_name, columns)}.intersection(df.columns) | {"customer", "age", "time", "order_line"}
    rows = df[sorted(sources)][mask]
    frame = rows.assign(**{name: _column(rows, name) for name in columns - {"one"}})
    return frame[["customer", "age", *sorted(columns - {"one"})]]


def _column(rows: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in _COLUMNS:
        return _COLUMNS[name](rows)
    plain = _column(rows, plain_name(name)) if name != plain_name(name) else rows[name]
    if name.endswith("_known"):
        return plain.notna()
    if name.endswith("_square_high"):
        return plain**2 // 2**40
    if name.endswith("_square_low"):
        return plain**2 % 2**40
    return plain**2 if name.endswith("_squared") else plain


def _hour(rows: pd.DataFrame) -> pd.Series[int]:
    return rows["time"] // HOUR % 24


def _gap(rows: pd.DataFrame) -> pd.Series[float]:
    """The minutes since the event before, of rows of one kind."""
    openings = rows[rows["order_line"].fillna(1) == 1]
    return openings.groupby("customer")["time"].diff() // MINUTE


_COLUMNS: Mapping[str, Column] = {
    "opening": lambda rows: rows["order_line"] == 1,
    "morning": lambda rows: (rows["order_line"] == 1) & (_hour(rows) < 12),
    "evening": lambda rows: (rows["order_line"] == 1) & (_hour(rows) >= 18),
    "weekend": lambda rows: (rows["order_line"] == 1) & ((rows["time"] // DAY + 3) % 7 >= 5),
    "day": lambda rows: rows["time"] // DAY,
    "week": lambda rows: (rows["time"] // DAY + 3) // 7,
    "gap": _gap,
    "gap_squared": lambda rows: _gap(rows) ** 2,
}


def _inside(rows: pd.DataFrame, span: Span) -> pd.DataFrame:
    if span.start is None and not span.end:
        return rows
    young = rows["age"] < (np.inf if span.start is None else span.start)
    return rows[young & (rows["age"] >= span.end)]


def _aggregate(rows: pd.DataFrame, measure: Measure, customers: int) -> Floats:
    customer, column, op = rows["customer"], measure.column, measure.op
    if column == "one":
        return np.bincount(customer, minlength=customers).astype(np.float64)
    if op == "sum":
        return np.bincount(customer, rows[column].fillna(0), minlength=customers).astype(np.float64)
    if op == "distinct":
        pairs = rows.loc[rows[column].notna(), ["customer", column]].drop_duplicates()
        return np.bincount(pairs["customer"], minlength=customers).astype(np.float64)
    results = rows.groupby("customer")[column].agg(op)
    return results.reindex(range(customers)).to_numpy(np.float64)


def _codes(features: Sequence[Feature], names: pd.Index[Any], attributes: pd.DataFrame) -> dict[str, Floats]:
    """The places of attributes in their vocabularies."""
    frame = attributes.set_index("customer_id").reindex(names)
    places = {f.name: {value: float(i) for i, value in enumerate(f.vocabulary)} for f in features}
    return {f.name: frame[f.name].map(places[f.name]).to_numpy().astype(np.float64) for f in features}
