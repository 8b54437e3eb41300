"""The fastest way to the same columns that one would write by hand on the same engine: the floor of their time.

Polars reads each file once and only what is needed of it, then takes the rows of each kind. A file of the synthetic
lake holds whole customers, in the order of customer, time and event, and so do the rows that meet any condition: sums
over spans are differences of running sums. Of the product it takes only the list of what is wanted: what each word
means is spelled out again, so that equal results are evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from benchmarks.peers.formulas import finish
from benchmarks.peers.numbers import FEW, FINE, NET, meets, number, source
from benchmarks.peers.runs import Runs, column_of
from features.arrays import Floats
from features.language.feature import Feature
from features.language.terms import Measure, Term, Where
from features.units import DAY, MINUTE

FILES = 2  # at a time; Polars has threads of its own
SPARSE = ("rating", "latitude", "longitude", "gap")  # not known in all rows that are asked for them
Rows = tuple[Where, str]  # conditions, and the sparse column that must be known


def floor(events: Sequence[Path], customers: Path, features: Sequence[Feature], *, as_of: int) -> pl.DataFrame:
    """``customer_id`` and the features at ``as_of``, a row a customer, from the lake's files."""
    attributes = pl.read_parquet(customers)
    with ThreadPoolExecutor(FILES) as pool:
        frame = pl.concat(pool.map(lambda file: _of_file(file, attributes, features, as_of), events))
    assert _ascending(frame["customer_id"]), "a customer's events lie in more than one file"
    return frame


def _of_file(file: Path, attributes: pl.DataFrame, features: Sequence[Feature], as_of: int) -> pl.DataFrame:
    terms = list(dict.fromkeys(t for f in features for t in f.terms))
    past = _past(file, terms, as_of)
    names = past["customer_id"].filter(past["customer"] != past["customer"].shift(1, fill_value=-1))
    assert _ascending(names), "the file is not in the order of customers"
    values: dict[Term, Floats] = {}
    for first, groups in _by_rows(terms).items():
        values |= _term_values(past, first, groups, len(names))
    codes = _codes([f for f in features if f.formula == "attribute"], names, attributes)
    return pl.DataFrame({"customer_id": names, **finish(features, values, codes, as_of=as_of)})


def _past(file: Path, terms: Sequence[Term], as_of: int) -> pl.DataFrame:
    """The events so far, with each customer's place and each event's age in whole days."""
    scan = pl.scan_parquet(file).rename({"fragment": "customer_id"}).filter(pl.col("time") <= as_of)
    fine = ((pl.col(name) * scale + 0.5).floor().cast(pl.Int64) for name, scale in FINE.items())
    age = ((as_of - pl.col("time")) // DAY).cast(pl.Int32)
    events = (
        scan.with_columns(*fine, net_value=NET)
        .select("customer_id", *_sources(terms), age=age)
        .collect(engine="streaming")
    )
    past = events.with_columns(customer=pl.col("customer_id").rle_id().cast(pl.Int64))
    earlier = (pl.col("customer").diff() == 0) & (pl.col("time").diff() < 0)
    assert not past.select(earlier.any()).item(), "the file is not in the order of time"
    return past


def _ascending(names: pl.Series) -> bool:
    return bool((names[1:] > names[:-1]).all())


def _sources(terms: Iterable[Term]) -> set[str]:
    """The columns that are read for some terms."""
    sources = {source(t.measure.column) for t in terms} | {c.column for t in terms for c in t.measure.where}
    return sources | {"time", "order_line"}


def _by_rows(terms: Sequence[Term]) -> dict[Where, dict[Rows, list[Term]]]:
    """The terms by the condition on the kind of event, or else on another text, then by what else their rows meet."""
    groups: dict[Where, dict[Rows, list[Term]]] = {}
    for term in terms:
        texts = sorted((c for c in term.measure.where if c.values), key=lambda c: c.column != "kind")
        first, rest = tuple(texts[:1]), tuple(c for c in term.measure.where if c not in texts[:1])
        groups.setdefault(first, {}).setdefault((rest, _sparse_column(term.measure)), []).append(term)
    return groups


def _sparse_column(measure: Measure) -> str:
    if measure.column.startswith("gap"):
        return "gap"
    return measure.column if measure.op != "sum" and measure.column in SPARSE else ""


def _term_values(
    past: pl.DataFrame, first: Where, groups: Mapping[Rows, Sequence[Term]], customers: int
) -> dict[Term, Floats]:
    """The terms whose rows meet a first condition."""
    read = _sources(term for terms in groups.values() for term in terms)
    few = (pl.col(name).cast(pl.Categorical) for name in read.intersection(FEW))
    rows = past.lazy().filter(*map(meets, first)).select("customer", "age", *read).with_columns(*few).collect()
    values: dict[Term, Floats] = {}
    for (rest, sparse), terms in groups.items():
        runs = Runs.of(_measure_columns(_rows(rows.lazy(), rest, sparse), terms), terms, customers=customers)
        values |= {term: runs.term(term) for term in terms}
    return values


def _rows(rows: pl.LazyFrame, where: Where, sparse: str) -> pl.LazyFrame:
    if sparse == "gap":  # since the event before of the same kind
        rows = rows.filter(pl.col("order_line").fill_null(1) == 1).with_columns(gap=pl.col("time").diff() // MINUTE)
        rows = rows.filter(pl.col("customer").diff() == 0)
    elif sparse:
        rows = rows.filter(pl.col(sparse).is_not_null())
    return rows.filter(*map(meets, where))


def _measure_columns(rows: pl.LazyFrame, terms: Sequence[Term]) -> pl.DataFrame:
    """A column a measure; of a sum the running sum."""
    measures = {t.measure for t in terms if t.measure.column != "one"}
    sums = {column_of(m): number(m.column).fill_null(0).cum_sum() for m in measures if m.op == "sum"}
    plain = {column_of(m): number(m.column) for m in measures if m.op != "sum"}
    return rows.select("customer", "age", **sums, **plain).collect()


def _codes(features: Sequence[Feature], names: pl.Series, attributes: pl.DataFrame) -> dict[str, Floats]:
    """The places of attributes in their vocabularies."""
    frame = names.to_frame().join(attributes, on="customer_id", how="left", maintain_order="left")
    places = {f.name: {value: float(i) for i, value in enumerate(f.vocabulary)} for f in features}
    columns = (
        frame[f.name].replace_strict(places[f.name], default=float("nan"), return_dtype=pl.Float64) for f in features
    )
    return {f.name: column.to_numpy() for f, column in zip(features, columns, strict=True)}
