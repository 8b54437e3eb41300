"""One declaration, any engine: the same histories give the same bits, and the kind of frame that goes in comes out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, cast

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from features import FeatureSet, Lake, StamkundError, build, profile_frame, profiles, read_settings
from features.frames import columns
from features.units import DAY, micros
from tests.features.events import NOW, SHOP, Row, attributes, event, frame
from tests.features.test_profiles import STORY
from tests.sample import sample_config

pytest_plugins = ["tests.spark"]
Frame = nw.LazyFrame[Any]
Convert = Callable[[pl.DataFrame], Any]
MOMENTS = [NOW - 10 * DAY - 1, NOW]
CUSTOMERS = ["10", "9", "Ann", "ann", "Åsa", "zoë", "c2", "c3"]
AGES = attributes(ann="old", c2="young", nobody="old", c3="unheard of")


def arrow(table: pl.DataFrame) -> pa.Table:
    """With the string type that every engine reads."""
    out = table.to_arrow()
    plain = [pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in out.schema]
    return out.cast(pa.schema(plain))


def converter(engine: str, request: pytest.FixtureRequest) -> Convert:
    if engine == "duckdb":
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'Asia/Tokyo'")
        request.addfinalizer(connection.close)
        return lambda table: connection.from_arrow(arrow(table))
    if engine == "spark":
        session = request.getfixturevalue("spark")
        return lambda table: session.createDataFrame(arrow(table))
    return {"polars": lambda table: table, "pandas": lambda table: table.to_pandas(), "pyarrow": arrow}[engine]


@pytest.fixture(params=["polars", "duckdb", "pandas", "pyarrow", "spark"])
def given(request: pytest.FixtureRequest) -> Convert:
    """How a frame comes to each engine: DuckDB is in Tokyo, Spark in New York."""
    return converter(request.param, request)


@pytest.fixture(params=["polars", "duckdb", "spark"])
def evaluated(request: pytest.FixtureRequest) -> Convert:
    """The engines that Narwhals computes on; pandas and Arrow are computed by Polars."""
    return converter(request.param, request)


def back(native: Any) -> pl.DataFrame:
    """Any engine's frame as Polars, NaN as NaN."""
    if isinstance(native, pd.DataFrame):
        return pl.from_pandas(native, nan_to_null=False)
    if isinstance(native, duckdb.DuckDBPyRelation):
        return cast(pl.DataFrame, native.pl())
    if hasattr(native, "toArrow"):
        native = native.toArrow()
    return cast(pl.DataFrame, native if isinstance(native, pl.DataFrame) else pl.from_arrow(native))


def bits(profile: pl.DataFrame) -> list[tuple[str, bytes]]:
    """Rows as their customer and all bits of moment and features."""
    assert profile.columns == ["customer_id", "as_of", *SHOP.names]
    values = profile.select("as_of", *SHOP.names).rows()
    return [(c, repr(row).encode()) for c, row in zip(profile["customer_id"], values, strict=True)]


def histories(seed: int) -> list[Row]:
    """Some hundred events of a few customers in no order: same instants, edges of spans and days, absent values."""
    chance = random.Random(seed)  # noqa: S311
    rows = [
        event(
            chance.choice([chance.uniform(-20, 400), chance.randrange(100), 7, 28, 20_050]),
            chance.choice(["order", "order", "order", "contact", "redeem", "visit"]),
            customer=chance.choice(CUSTOMERS),
            id=f"e{chance.random()}",
            order_id=chance.choice(["o1", "o2", "o3", None, None]),
            value=chance.choice([None, chance.randrange(10**9)]),
            discount=chance.choice([None, chance.randrange(10**6)]),
            category=chance.choice(["Tea", "Cake", "Milk", None]),
        )
        for _ in range(300)
    ]
    rows += [{**rows[0], "customer_id": None, "event_id": "nobody's"}, *STORY]
    chance.shuffle(rows)
    return rows


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return frame(histories(1)).select(columns(SHOP.plan)).collect()


@pytest.fixture(scope="module")
def expected(rows: pl.DataFrame) -> list[tuple[str, bytes]]:
    return bits(profile_frame(rows, SHOP, as_of=MOMENTS, attributes=AGES))


def test_every_engine_gives_the_same_bits_and_its_own_kind_back(
    given: Convert, rows: pl.DataFrame, expected: list[tuple[str, bytes]]
) -> None:
    events = given(rows)
    out = profile_frame(events, SHOP, as_of=MOMENTS, attributes=given(AGES))
    assert type(out) is type(events)
    profile = back(out)
    assert bits(profile) == expected
    told = profile.filter(pl.col("customer_id") == "c1", pl.col("as_of") == NOW).row(0, named=True)
    by_hand = {"orders_28d": 1, "spend_all": 45.0, "days_since_last_cake": 40, "categories_all": 2, "order_days_all": 2}
    assert {name: told[name] for name in by_hand} == by_hand


def test_histories_are_worth_comparing(expected: list[tuple[str, bytes]]) -> None:
    assert [c for c, _ in expected] == 2 * sorted([*CUSTOMERS, "c1"])


@pytest.mark.parametrize("seed", range(2, 12))
def test_polars_and_duckdb_agree_on_any_history_in_any_order(seed: int, request: pytest.FixtureRequest) -> None:
    table = frame(histories(seed)).collect()
    shuffled = converter("duckdb", request)(table.sample(fraction=1, shuffle=True, seed=seed))
    assert bits(back(profile_frame(shuffled, SHOP, as_of=MOMENTS))) == bits(profile_frame(table, SHOP, as_of=MOMENTS))


@pytest.fixture(params=[None, "Europe/Stockholm"], ids=["naive", "aware"])
def stamped(request: pytest.FixtureRequest, rows: pl.DataFrame) -> pl.DataFrame:
    """The same events with timestamps."""
    stamp = pl.col("time").cast(pl.Datetime("us"))
    zone = request.param
    return rows.with_columns(stamp.dt.replace_time_zone("UTC").dt.convert_time_zone(zone) if zone else stamp)


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process in another time zone."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_timestamps_are_taken_exactly_in_any_time_zone(
    given: Convert, stamped: pl.DataFrame, expected: list[tuple[str, bytes]]
) -> None:
    assert bits(back(profile_frame(given(stamped), SHOP, as_of=MOMENTS, attributes=AGES))) == expected


def test_the_size_of_blocks_changes_nothing(
    evaluated: Convert, rows: pl.DataFrame, expected: list[tuple[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.frames.BLOCK_CUSTOMERS", 5)
    monkeypatch.setattr("features.frames.BLOCK_EVENTS", 40)
    monkeypatch.setattr("features.panes.PART_CELLS", 1)
    assert bits(back(profile_frame(evaluated(rows), SHOP, as_of=MOMENTS, attributes=AGES))) == expected


@pytest.fixture(scope="module")
def households(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, FeatureSet]:
    settings = read_settings(sample_config(tmp_path_factory.mktemp("shop"), every=50))
    built = build(settings, as_of=micros(date(2017, 12, 3)))
    return Lake(settings.lake), built.feature_set


def test_real_households_have_the_same_profiles_on_every_engine(
    evaluated: Convert, households: tuple[Lake, FeatureSet]
) -> None:
    lake, fitted = households
    moments = [micros(date(2017, 9, 10)), micros(date(2017, 12, 3))]
    events, known = (evaluated(lake.scan(table).collect()) for table in ("events", "customers"))
    out = back(profile_frame(events, fitted, as_of=moments, attributes=known))
    reference = profiles(lake, fitted, as_of=moments)
    assert out.equals(reference, null_equal=True)
    assert out.height > 80


OPERATED = pl.DataFrame(
    {
        "id": ["b", "b", "a", "b", None],
        "time": [5, 9, -1, 9, 0],
        "key": ["x", "z", "y", "w", "v"],
        "n": [1, 2, None, 4, 5],
    }
)
c = nw.col
OPERATIONS: dict[str, tuple[Callable[[Frame], Frame], list[tuple[object, ...]]]] = {
    "filter: not null, at most": (
        lambda f: f.filter(~c("id").is_null(), c("time") <= 5).select("id", "time"),
        [("a", -1), ("b", 5)],
    ),
    "filter: text from and below": (
        lambda f: f.filter(c("key") >= "w", c("key") < "z").select("key"),
        [("w",), ("x",), ("y",)],
    ),
    "filter: one of some texts": (lambda f: f.filter(c("key").is_in(["w", "z", "q"])).select("key"), [("w",), ("z",)]),
    "nested when": (
        lambda f: f.select(
            "key",
            pane=nw.when(c("time") > 4)
            .then(nw.when(c("time") > 8).then(nw.lit(2, nw.Int64)).otherwise(nw.lit(1, nw.Int64)))
            .otherwise(nw.lit(0, nw.Int64)),
        ),
        [("v", 0), ("w", 2), ("x", 1), ("y", 0), ("z", 2)],
    ),
    "floor and remainder, below zero too": (
        lambda f: f.select("key", whole=c("time") // 4, rest=(c("time") + 3) % 7),
        [("v", 0, 3), ("w", 2, 5), ("x", 1, 1), ("y", -1, 2), ("z", 2, 5)],
    ),
    "conditions as integers, null stays null": (
        lambda f: f.select("key", yes=((c("n") == 1) & (c("time") < 8)).cast(nw.Int64)),
        [("v", 0), ("w", 0), ("x", 1), ("y", None), ("z", 0)],
    ),
    "sum, min, max and rows of groups": (
        lambda f: f.group_by("id").agg(sum=c("n").sum(), min=c("time").min(), max=c("time").max(), rows=nw.len()),
        [(None, 5, 0, 0, 1), ("a", 0, -1, -1, 1), ("b", 7, 5, 9, 3)],
    ),
    "the row before, by time then key": (
        lambda f: f.select("key", last=c("time").shift(1).over("id", order_by=["time", "key"])),
        [("v", None), ("w", 5), ("x", None), ("y", None), ("z", 9)],
    ),
    "integers as text": (lambda f: f.filter(c("time") > 5).select(c("n").cast(nw.String)), [("2",), ("4",)]),
}


def test_every_operation_the_evaluator_relies_on_works_on_every_engine(evaluated: Convert) -> None:
    table = nw.from_native(evaluated(OPERATED)).lazy()
    for name, (operation, wanted) in OPERATIONS.items():
        rows = operation(table).collect("pyarrow").to_polars().rows()
        told = [tuple(0 if v is None and "sum" in name and i else v for i, v in enumerate(row)) for row in rows]
        assert sorted(told, key=lambda row: (row[0] is not None, row[0])) == wanted, name


def test_a_missing_column_is_named_with_its_nearest(given: Convert, rows: pl.DataFrame) -> None:
    with pytest.raises(
        StamkundError, match=r"the columns kind, value, .* Nearest: values for value\. They have: "
    ) as caught:
        profile_frame(given(rows.drop("kind").rename({"value": "values"}).head(1)), SHOP, as_of=NOW)
    assert (caught.value.code, caught.value.field) == ("missing_columns", "kind")


def test_a_wrong_type_is_named_with_the_right_one(given: Convert, rows: pl.DataFrame) -> None:
    with pytest.raises(StamkundError, match=r"value of the events is Float64; needed: 64-bit integers") as caught:
        profile_frame(given(rows.with_columns(value=pl.lit(0.5)).head(1)), SHOP, as_of=NOW)
    assert (caught.value.code, caught.value.field) == ("wrong_type", "value")


def test_what_is_no_frame_is_refused_by_name() -> None:
    with pytest.raises(StamkundError, match=r"builtins\.dict; frames of pandas, Polars"):
        profile_frame({"a": [1]}, SHOP, as_of=NOW)


def test_whole_numbers_and_null_columns_are_admitted_as_what_they_mean(given: Convert) -> None:
    rows = frame([event(1, customer="7")]).select(columns(SHOP.plan)).collect()
    plain = rows.with_columns(pl.col("customer_id", "order_line").cast(pl.Int32), category=None)
    (told,) = back(profile_frame(given(plain), SHOP, as_of=NOW)).rows(named=True)
    assert (told["customer_id"], told["orders_28d"], told["categories_all"]) == ("7", 1, 0)


def test_no_events_give_an_empty_frame_with_every_column(given: Convert, rows: pl.DataFrame) -> None:
    out = back(profile_frame(given(rows.clear()), SHOP, as_of=NOW))
    assert (out.height, out.columns) == (0, ["customer_id", "as_of", *SHOP.names])
