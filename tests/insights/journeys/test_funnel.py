"""Funnels over frames of events: counts, lists and where people went next, in one piece or many."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pytest

from features.config.sections.insights.journeys import JourneySettings
from insights.journeys import runs
from insights.journeys.funnel import entry_table, tally
from insights.journeys.journey import Journey

pytest_plugins = ["tests.spark"]
Row = tuple[str, int, str, str | None, str | None]  # customer, time, kind, channel, order
SCHEMA = dict.fromkeys(("customer_id", "kind", "channel", "order_id", "event_id"), pl.String) | {"time": pl.Int64}


def journey(**declared: object) -> Journey:
    return Journey.of("j", JourneySettings.model_validate(declared), minor_units=2)


def frame(*rows: Row) -> pl.LazyFrame:
    names = ["customer_id", "time", "kind", "channel", "order_id"]
    events = [dict(zip(names, row, strict=True), event_id=f"e{n}") for n, row in enumerate(rows)]
    return pl.LazyFrame(events, SCHEMA)


SHOP = frame(
    ("cy", 3, "order", "web", "o3"),
    ("an", 1, "view", "web", None),
    ("an", 2, "cart", "web", None),
    ("an", 3, "order", "web", "o1"),
    ("an", 3, "order", "web", "o1"),  # its second line
    ("bo", 1, "view", "app", None),
    ("bo", 2, "identify", None, None),  # nothing that happened to him
    ("bo", 3, "support", None, None),
    ("bo", 4, "cart", "app", None),
    ("bo", 9, "visit", "app", None),
    ("cy", 1, "view", "web", None),
)
STEPS = ["view", "cart", "order"]


def test_counts_by_hand() -> None:
    told = tally(SHOP, journey(steps=STEPS), as_of=9)
    assert told.reached.tolist() == [[3, 2, 1]]
    assert (told.converted.tolist(), told.dropped.tolist()) == ([1], [[1, 1]])


def test_conditions_restrict_steps() -> None:
    web = journey(steps=[{"kind": "view", "where": {"channel": "web"}}, "order"])
    assert tally(SHOP, web, as_of=9).reached.tolist() == [[2, 2]]


def test_each_entry_is_listed_with_where_it_went_next() -> None:
    rows = entry_table(SHOP, journey(steps=STEPS), as_of=9, by=["channel"])
    told = rows.select("customer_id", "entered", "last", "reached", "next", "channel").rows()
    assert told == [
        ("an", 1, 3, 3, None, "web"),
        ("bo", 1, 4, 2, "visit", "app"),
        ("cy", 1, 1, 1, "order", "web"),
    ]


def test_what_comes_after_the_window_is_not_next() -> None:
    rows = entry_table(SHOP, journey(steps=STEPS, within="1s"), as_of=9)
    assert rows["next"].to_list() == [None, "visit", "order"]
    seconds = SHOP.with_columns(pl.col("time") * 1_000_000)
    assert entry_table(seconds, journey(steps=STEPS, within="4s"), as_of=9_000_000)["next"].to_list() == [
        None, None, "order",
    ]  # fmt: skip


def test_lines_of_one_order_are_one_event() -> None:
    every = journey(steps=["order", "refund"], by="every")
    assert tally(SHOP, every, as_of=9).reached.tolist() == [[2, 0]]
    after = pl.concat([SHOP, frame(("an", 4, "refund", None, "o1"))])
    strict = journey(steps=["order", "refund"], order="strict")
    assert tally(after, strict, as_of=9).reached.tolist() == [[2, 1]]


def test_more_steps_than_bits_in_a_number_count_to_the_last() -> None:
    steps = [{"kind": f"step {n}", "name": f"s{n}"} for n in range(130)]
    events = frame(*(("an", n, f"step_{n}", None, None) for n in range(130)))
    told = tally(events, journey(steps=steps, unless="refund"), as_of=999)
    assert told.converted.tolist() == [1]


JOURNEYS = [
    journey(steps=STEPS),
    journey(steps=STEPS, order="strict", by="every"),
    journey(steps=STEPS, order="any", by="first"),
    journey(steps=["view", "order"], unless="cart"),
]


@pytest.mark.parametrize("declared", JOURNEYS)
def test_any_parts_of_whole_customers_give_the_same(declared: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, counts = entry_table(SHOP, declared, as_of=9), tally(SHOP, declared, as_of=9)
    monkeypatch.setattr(runs, "BLOCK", 3)
    assert len(list(runs.blocks(SHOP))) == 3
    assert entry_table(SHOP, declared, as_of=9).equals(whole)
    assert tally(SHOP, declared, as_of=9).reached.tolist() == counts.reached.tolist()
    shuffled = SHOP.reverse()
    assert entry_table(shuffled, declared, as_of=9).equals(whole)


@pytest.mark.parametrize("declared", JOURNEYS)
def test_every_list_is_as_long_as_its_count(declared: Journey) -> None:
    rows, counts = entry_table(SHOP, declared, as_of=9), tally(SHOP, declared, as_of=9)
    lengths = [rows.filter(pl.col("reached") == n, ~pl.col("open")).height for n in range(1, len(declared.steps) + 1)]
    assert lengths == counts.over[0].tolist()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")  # nothing here is pandas
def test_partitions_of_spark_give_the_same(request: pytest.FixtureRequest) -> None:
    session, declared = request.getfixturevalue("spark"), JOURNEYS[0]
    whole = entry_table(SHOP, declared, as_of=9)
    plain = whole.to_arrow().cast(pa.schema([(f.name, _plain(f.type)) for f in whole.to_arrow().schema]))
    events = SHOP.collect().to_arrow()
    events = events.cast(pa.schema([(f.name, _plain(f.type)) for f in events.schema]))

    def of_part(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        part = pl.concat([pl.DataFrame(pl.from_arrow(batch)) for batch in batches] or [SHOP.collect().clear()])
        yield from entry_table(part.lazy(), declared, as_of=9).to_arrow().cast(plain.schema).to_batches()

    parts = session.createDataFrame(events).repartition(2, "customer_id")
    fields = [f"{f.name} {_spark(f.type)}" for f in plain.schema]
    told = pl.DataFrame(pl.from_arrow(parts.mapInArrow(of_part, ", ".join(fields)).toArrow()))
    assert told.sort("customer_id").equals(whole)


def _plain(type_: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(type_) or "view" in str(type_) else type_


def _spark(type_: pa.DataType) -> str:
    return {"string": "string", "int64": "long", "bool": "boolean"}[str(type_)]
