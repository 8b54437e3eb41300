"""A build that reads only what is new gives exactly what one that reads everything gives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from features.config.settings import Settings
from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.lake import FORMAT, Lake
from features.profiles.records import records
from tests.features.shops import Cells, Shop
from tests.features.sourcing import settings_of

Beside = tuple[str, Cells] | None
Step = tuple[str, int, list[Cells], list[dict[str, object]], Beside]

MOMENTS = ("2017-01-31", "2017-01-31T10:00", "2017-02-01", "2017-03-05T12:00")
texts = st.sampled_from
rows = st.tuples(
    texts(["", "", "a", "b", "c"]),
    texts(["1", "1", "2", ""]),
    texts(MOMENTS),
    texts(["order", "order", "visit"]),
    texts(["", "o1", "o2"]),
    texts(["", "x", "y"]),
    texts(["1", "2.5"]),
    texts(["", "2017-04-01", "2017-04-02"]),
)
heard = st.fixed_dictionaries(
    {
        "event_id": texts(["a", "b", "m1", "m2"]),
        "time": st.sampled_from([1_485_860_400_000_000, 1_488_715_200_000_000]),
        "order_id": st.sampled_from([None, "o1"]),
        "id": texts(["1", "2"]),
    }
)
beside = st.sampled_from([None, None, ("items", ("y", "Bread")), ("people", ("2", "40")), ("people", ("1", "31"))])
steps = st.lists(
    st.tuples(
        texts(["named", "plain"]),
        st.sampled_from([0, 0, 0, 5]),
        st.lists(rows, max_size=4),
        st.lists(heard, max_size=1),
        beside,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=4)
@given(steps=steps)
def test_increments_give_what_a_full_build_gives(steps: list[Step]) -> None:
    grows(steps)


@pytest.mark.slow
@settings(max_examples=60)
@given(steps=steps)
def test_many_more_increments_give_what_a_full_build_gives(steps: list[Step]) -> None:
    grows(steps)


def grows(steps: list[Step]) -> None:
    """Every build of a growing shop, then one of all its files into a new home."""
    with tempfile.TemporaryDirectory() as folder:
        shop, kept = Shop.opened(Path(folder)), dict[str, bytes]()
        renew(kept, shop, shop.ingest())
        for at, step in enumerate(steps, 1):
            grow(shop, step, at)
            renew(kept, shop, shop.ingest())
        full = shop.ingest("anew")
        assert full.full_read_reason is None
        assert shop.events().equals(shop.events("anew"))
        assert shop.lake().version == full.version
        assert kept == {customer: record.pack() for customer, record in records(shop.lake("anew"))}


def grow(shop: Shop, step: Step, at: int) -> None:
    source, back, told, heard, beside = step
    shop.write(source, f"{10 * at - 11 * back:03}", *told)  # some come before others by name
    for event in heard:
        shop.hear(str(event["event_id"]), **{key: value for key, value in event.items() if key != "event_id"})
    if beside:
        shop.write(beside[0], str(at), beside[1])


def renew(kept: dict[str, bytes], shop: Shop, report: IngestReport) -> None:
    """The records as the store keeps them."""
    for customer in list(kept) if report.customers is None else report.customers:
        kept.pop(customer, None)
    kept |= {customer: record.pack() for customer, record in records(shop.lake(), report.customers)}


def order(event: str = "", id: str = "1", time: str = "2017-01-31", basket: str = "", item: str = "x") -> Cells:  # noqa: A002
    return event, id, time, "order", basket, item, "1", ""


def read_of(report: IngestReport) -> dict[str, str]:
    return {source.name: source.scope for source in report.sources}


UNCHANGED = dict.fromkeys(("named", "plain", "items", "people", "http"), "unchanged")


def test_nothing_new_is_nothing_read(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    first = shop.ingest()
    assert set(read_of(first).values()) == {"read whole"}
    again = shop.ingest()
    assert (read_of(again), again.version, again.customers) == (UNCHANGED, first.version, frozenset())


def test_only_new_files_are_read_and_only_their_months_written(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    shop.ingest()
    before = shop.lake().parts("events")
    shop.write("plain", "1", order(id="2", time="2017-02-03"))
    shop.write("plain", "2", order(id="2", time="2017-02-04"), order(id="", time="2017-02-04"))
    report = shop.ingest()
    assert read_of(report) == UNCHANGED | {"plain": "2 new files"}
    assert (report.sources[1].read, report.sources[1].rejected) == (3, {"missing_id": 1})
    assert report.customers == frozenset("2")
    after = shop.lake().parts("events")
    assert (sorted(before), sorted(after)) == (["2017-01"], ["2017-01", "2017-02"])
    assert after["2017-01"] == before["2017-01"]


def test_an_order_is_numbered_across_months_and_builds(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    shop.write("plain", "1", order(time="2017-03-01", basket="o2"), order(time="2017-03-02", basket="o9"))
    shop.ingest()
    shop.write("plain", "2", order(time="2017-02-01", basket="o2"))
    assert shop.ingest().full_read_reason is None
    lines = shop.events().filter(source="plain").sort("time").select("order_id", "order_line").rows()
    assert lines[1:] == [("o2", 1), ("o2", 2), ("o9", 1)]


def test_what_a_file_says_takes_the_place_of_what_came_over_http(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    shop.hear("m1", id="2", time=1_485_860_400_000_000)
    shop.ingest()
    shop.write("named", "1", order("m1", "3", "2017-02-01"), order("m1", "3", "2017-02-02"))
    report = shop.ingest()
    assert (report.full_read_reason, report.sources[0].rejected) == (None, {"duplicate_event_id": 1})
    assert report.customers == frozenset("23")
    assert shop.events().filter(event_id="m1").select("source", "id").rows() == [("named", "3")]
    assert dict(records(shop.lake(), {"2"})) == {}


def aside(shop: Shop) -> list[str]:
    return (shop.settings().rejects / "named.csv").read_text().splitlines()


def test_rejected_rows_are_added_to_those_of_earlier_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop.opened(tmp_path)
    shop.write("named", "1", order("a"), order("b", id=""))
    shop.ingest()
    shop.write("named", "2", order("c", id=""), order("a"))
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("features.lake.manifest.write_text", fail)
        shop.ingest()
    shop.ingest()
    assert [line.split(",")[:3] for line in aside(shop)] == [
        ["source", "row", "code"],
        ["named", "3", "missing_id"],
        ["named", "4", "missing_id"],
        ["named", "5", "duplicate_event_id"],
    ]
    shop.ingest("anew")
    assert (tmp_path / "anew" / "rejects" / "named.csv").read_text().splitlines() == aside(shop)


def fail(*_: object, **__: object) -> None:
    raise RuntimeError


def rewrite(shop: Shop) -> Settings:
    os.utime(shop.folder / "plain" / "0.csv", ns=(1, 1))
    return shop.settings()


def remove(shop: Shop) -> Settings:
    (shop.folder / "plain" / "1.csv").unlink()
    return shop.settings()


def widen(shop: Shop) -> Settings:
    (shop.folder / "plain" / "2.csv").write_text("id,time,kind,basket,item,amount,seen,more\n1,2017-01-01,visit,,,,,\n")
    return shop.settings()


def repeat(shop: Shop) -> Settings:
    shop.write("plain", "00", order(item="y"))
    return shop.settings()


def regroup(shop: Shop) -> Settings:
    shop.write("items", "1", ("y", "Bread"))
    return shop.settings()


def without(shop: Shop) -> Settings:
    made = shop.settings()
    return made.model_copy(update={"sources": {n: s for n, s in made.sources.items() if n != "plain"}})


def reorder(shop: Shop) -> Settings:
    made = shop.settings()
    return made.model_copy(update={"sources": dict(reversed(made.sources.items()))})


def remap(shop: Shop) -> Settings:
    made = shop.settings()
    other = made.sources["plain"].model_copy(update={"timezone": "Europe/Stockholm"})
    return made.model_copy(update={"sources": {**made.sources, "plain": other}})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (rewrite, "plain/0.csv changed"),
        (remove, "plain/1.csv is gone"),
        (widen, "the columns of plain changed"),
        (repeat, "new files of plain repeat rows of files that come after them by name"),
        (regroup, "1 items of earlier events have another category now"),
        (without, "the source plain was taken away"),
        (reorder, "the sources stand in another order"),
        (remap, "the settings of plain changed"),
        (lambda shop: shop.settings(currency="EUR"), "the currency, its minor units or the columns of the lake"),
    ],
)
def test_what_new_rows_cannot_make_good_is_read_anew_and_said(
    tmp_path: Path, change: Callable[[Shop], Settings], why: str
) -> None:
    shop = Shop.opened(tmp_path)
    shop.write("plain", "1", order(item="y"))
    shop.hear("m1", id="2", time=1_485_860_400_000_000)
    shop.ingest()
    changed = change(shop)
    report = ingest(changed, log=shop.heard)
    assert why in (report.full_read_reason or "")
    assert report.customers is None
    full = ingest(changed.model_copy(update={"home": tmp_path / "anew"}), log=shop.heard)
    assert (full.full_read_reason, full.version) == (None, report.version)


def visits(shop: Shop, *names: str) -> None:
    for name in names:
        shop.hear(name, id="2", kind="visit", time=1_485_860_400_000_000)


def over_http(shop: Shop, home: str = "home") -> list[str]:
    return sorted(shop.events(home).filter(source="http")["event_id"])


@pytest.mark.parametrize(
    ("log_id", "later", "how"),
    [
        ("first", [], "read whole, 3 of an earlier log kept"),  # shorter than what was read
        ("first", ["h1"], "read whole, 2 of an earlier log kept"),
        ("second", [], "read whole, 3 of an earlier log kept"),
        ("second", ["h1"], "read whole, 2 of an earlier log kept"),
        ("second", ["h0", "h1", "h2"], "read whole"),
        ("second", ["h10", "h11", "h1", "h13"], "read whole, 2 of an earlier log kept"),
    ],
)
def test_what_came_over_http_stays_when_the_log_is_another(
    tmp_path: Path, log_id: str, later: list[str], how: str
) -> None:
    shop = Shop.opened(tmp_path)
    visits(shop, "h0", "h1", "h2")
    shop.ingest()
    shop.move(log_id)
    visits(shop, *later)
    report = shop.ingest()
    assert (report.full_read_reason, report.customers, report.log) == (None, None, len(later))
    assert read_of(report) == UNCHANGED | {"http": how}
    assert over_http(shop) == sorted({"h0", "h1", "h2", *later})
    assert read_of(shop.ingest()) == UNCHANGED


@pytest.mark.parametrize("built", [True, False])
def test_what_came_over_http_stays_when_everything_is_read_anew(tmp_path: Path, *, built: bool) -> None:
    shop = Shop.opened(tmp_path)
    visits(shop, "h0", "h1", "h2")
    shop.ingest()
    shop.move("second")
    visits(shop, "h10", "h1")
    if built:
        shop.ingest()
    rewrite(shop)
    report = shop.ingest()
    assert "plain/0.csv changed" in (report.full_read_reason or "")
    assert (report.sources[-1].scope, report.sources[-1].accepted) == ("read whole, 2 of an earlier log kept", 2)
    assert over_http(shop) == ["h0", "h1", "h10", "h2"]
    visits(shop, "h11")
    assert (shop.ingest().customers, over_http(shop)) == (frozenset("2"), ["h0", "h1", "h10", "h11", "h2"])


def test_a_moved_log_makes_the_lake_that_one_log_of_all_would(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    first = {"id": "1", "order_id": "o7", "item_id": "x"}
    shop.hear("h0", **first, time=1_485_860_400_000_000)
    shop.ingest()
    earlier = shop.log
    shop.move("second")
    shop.hear("h1", **first, time=1_488_715_200_000_000)
    report = shop.ingest()
    rewrite(shop)
    assert shop.ingest().version == report.version
    shop.log = earlier + shop.log
    assert shop.ingest("anew").version == report.version
    assert shop.events().filter(order_id="o7").sort("time")["order_line"].to_list() == [1, 2]


def test_what_a_file_says_by_now_is_not_kept_as_come_over_http(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    visits(shop, "h0", "h1")
    shop.ingest()
    shop.move("second")
    shop.write("named", "1", order("h1", "3", "2017-02-01"))
    assert shop.ingest().sources[-1].scope == "read whole, 1 of an earlier log kept"
    assert over_http(shop) == ["h0"]
    rewrite(shop)
    assert shop.ingest().sources[-1].scope == "read whole, 1 of an earlier log kept"
    assert shop.events().filter(event_id="h1").select("source", "id").rows() == [("named", "3")]


def test_what_came_over_http_stays_though_the_lake_does_not_say_what_it_was_read_from(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    visits(shop, "h0", "h1")
    shop.ingest()
    shop.lake().write({"events": shop.events()})
    shop.move("second")
    assert shop.ingest().full_read_reason == "the lake does not say what it was read from"
    assert over_http(shop) == ["h0", "h1"]


def test_new_items_and_people_are_read_without_the_events(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    shop.ingest()
    shop.write("items", "1", ("z", "Bread"))
    shop.write("people", "1", ("2", "40"), ("1", "31"))
    os.utime(shop.folder / "people" / "0.csv", ns=(1, 1))
    report = shop.ingest()
    assert read_of(report) == UNCHANGED | {"items": "read whole", "people": "read whole"}
    assert report.customers == frozenset("2")  # the first row of 1 holds
    assert report.version == shop.ingest("anew").version


def test_a_lake_that_does_not_say_what_it_was_read_from_is_built_anew(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    shop.ingest()
    shop.lake().write({"events": shop.events()})
    assert shop.ingest().full_read_reason == "the lake does not say what it was read from"
    assert shop.ingest().full_read_reason is None


KEYS = ("part", "file", "sha256", "rows")


def remanifest(shop: Shop, **changes: object) -> None:
    """The shop's manifest with other values under some keys."""
    file = shop.lake().path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def entries(shop: Shop, *keys: str) -> dict[str, list[dict[str, object]]]:
    """The tables of the shop's manifest, with only these keys of each file."""
    tables = json.loads((shop.lake().path / "manifest.json").read_text())["tables"]
    return {table: [{key: entry[key] for key in keys} for entry in tables[table]] for table in tables}


@pytest.mark.parametrize(
    ("older", "keys"),
    [(1, KEYS[1:]), (2, KEYS), (99, KEYS)],
)
def test_a_lake_of_another_format_is_read_anew_and_keeps_what_only_it_held(
    tmp_path: Path, older: int, keys: tuple[str, ...]
) -> None:
    shop = Shop.opened(tmp_path)
    visits(shop, "h0", "h1")
    first = shop.ingest()
    remanifest(shop, format=older, tables=entries(shop, *keys))
    assert shop.events().height == 4  # still read, though not added to
    shop.move("second")
    visits(shop, "h1", "h2")
    report = shop.ingest()
    assert report.full_read_reason == f"the lake is of format {older}; this version writes format {FORMAT}"
    assert (report.before, report.customers) == (first.version, None)
    assert report.sources[-1].scope == "read whole, 1 of an earlier log kept"
    assert over_http(shop) == ["h0", "h1", "h2"]
    assert read_of(shop.ingest()) == UNCHANGED


@pytest.mark.parametrize(
    ("watermarks", "problem"),
    [
        ({}, "watermarks.started_at: Field required"),
        ({"started_at": 1, "basis": "", "log": {}, "sources": []}, "watermarks.sources: Input should be"),
    ],
)
def test_a_build_refuses_watermarks_that_are_none(tmp_path: Path, watermarks: object, problem: str) -> None:
    shop = Shop.opened(tmp_path)
    shop.ingest()
    remanifest(shop, watermarks=watermarks)
    with pytest.raises(StamkundError) as caught:
        shop.ingest()
    assert caught.value.code == "lake_corrupt"
    assert problem in str(caught.value)


def test_a_build_refuses_a_lake_with_a_file_that_is_gone(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    shop.ingest()
    for table in ("events", "items"):
        file = shop.lake().files(table)[0]
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(StamkundError, match=f"it names {file.name}, which is not there") as caught:
            shop.ingest()
        assert caught.value.code == "lake_corrupt"
        file.write_bytes(content)
    assert read_of(shop.ingest()) == UNCHANGED


def database(folder: Path, query: str, columns: Mapping[str, str]) -> tuple[sa.Engine, Settings]:
    url = f"sqlite:///{folder / 'crm.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS orders (n TEXT, id TEXT, at TEXT, paid TEXT)"))
    return engine, settings_of(folder, crm={"from": url, "query": query, "kind": "order", "columns": columns})


NAMED = {"event_id": "n", "id": "id", "time": "at"}
TOLD = NAMED | {"value": "paid"}


def test_a_query_is_asked_for_what_came_since(tmp_path: Path) -> None:
    engine, made = database(tmp_path, "SELECT * FROM orders WHERE at >= :since", TOLD)
    insert = sa.text("INSERT INTO orders VALUES (:n, :id, :at, :paid)")
    row = {"n": "1", "id": "ann", "at": "2017-01-02 10:00", "paid": "1"}
    with engine.begin() as connection:
        connection.execute(insert, row)
    assert ingest(made).sources[0].accepted == 1
    with engine.begin() as connection:
        connection.execute(insert, [row | {"n": "2"}, row | {"n": "3", "at": "2099-01-02"}])
    second = ingest(made)  # what is dated a day before the last build is taken for read
    assert (second.full_read_reason, second.sources[0].read) == (None, 1)
    assert second.customers == frozenset(["ann"])
    assert second.sources[0].scope.startswith("since 20")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE orders SET paid = '7' WHERE n = '3'"))
        connection.execute(insert, row | {"n": None, "at": "2099-01-02"})
    third = ingest(made)  # what comes again takes the place of what came before
    engine.dispose()
    assert third.sources[0].rejected == {"missing_event_id": 1}
    assert Lake(made.lake).scan("events").collect().select("event_id", "value").rows() == [("1", 100), ("3", 700)]


def test_postgresql_is_asked_with_its_own_types(tmp_path: Path, postgres_url: str) -> None:
    query = "SELECT n::text AS n, id, at FROM orders WHERE loaded >= :since AND at >= :since"
    made = settings_of(tmp_path, crm={"from": postgres_url, "query": query, "kind": "visit", "columns": NAMED})
    engine = sa.create_engine(postgres_url)
    insert = sa.text("INSERT INTO orders VALUES (:n, 'ann', now() + :n * INTERVAL '1 day', now())")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE orders (n INT, id TEXT, at TIMESTAMP, loaded TIMESTAMPTZ)"))
        connection.execute(insert, [{"n": -3}, {"n": 0}])
    assert ingest(made).sources[0].accepted == 2
    with engine.begin() as connection:
        connection.execute(insert, {"n": 1})
    engine.dispose()
    report = ingest(made)
    assert (report.full_read_reason, report.sources[0].accepted) == (
        None,
        2,
    )  # the one of three days ago is not read again
    assert Lake(made.lake).scan("events").collect().height == 3


def test_new_parquet_files_are_read_as_if_with_the_earlier_ones(tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    columns = {"id": "id", "time": "time", "value": "paid / 4", "channel": "via"}
    made = settings_of(tmp_path, seen={"from": "seen", "kind": "order", "columns": columns})
    day = datetime(2017, 1, 1, tzinfo=UTC)
    files: list[dict[str, object]] = [
        {"id": 1, "time": day, "paid": 2.5, "via": "web"},
        {"id": 2, "time": day, "paid": 3},  # an integer now, and one column less
        {"id": "x", "time": day, "paid": 1, "via": "app"},  # no integer any more
    ]
    told = []
    for number, row in enumerate(files):
        pl.DataFrame([row]).write_parquet(tmp_path / "seen" / f"{number}.parquet")
        told.append(ingest(made).full_read_reason)
    assert told == [None, None, "the columns of seen changed"]
    events = Lake(made.lake).scan("events").collect()
    assert events.select("id", "value", "channel").rows() == [("1", 62, "web"), ("2", 75, None), ("x", 25, "app")]
    fresh = made.model_copy(update={"home": tmp_path / "fresh"})
    assert ingest(fresh).version == Lake(made.lake).version


def test_a_query_that_cannot_say_what_is_new_is_read_whole(tmp_path: Path) -> None:
    engine, made = database(tmp_path, "SELECT * FROM orders", TOLD)
    engine.dispose()
    ingest(made)
    assert ingest(made).full_read_reason == "the query of crm does not say what is new (`:since`)"


def test_rows_that_may_come_twice_need_an_id(tmp_path: Path) -> None:
    engine, made = database(tmp_path, "SELECT * FROM orders WHERE at >= :since", {"id": "id", "time": "at"})
    engine.dispose()
    with pytest.raises(StamkundError, match="map their own id to `event_id`") as caught:
        ingest(made)
    assert caught.value.field == "sources.crm.columns"


def test_values_that_make_another_type_of_a_column_are_read_with_all_others(tmp_path: Path) -> None:
    (tmp_path / "paid").mkdir()
    (tmp_path / "paid" / "0.csv").write_text("id,time,paid\n1,2017-01-01,1\n")
    columns = {"id": "id", "time": "time", "value": "paid / 2"}
    made = settings_of(tmp_path, paid={"from": "paid", "kind": "order", "columns": columns})
    ingest(made)
    (tmp_path / "paid" / "1.csv").write_text("id,time,paid\n2,2017-01-01,2.5\n")
    assert ingest(made).full_read_reason == "most values of paid in paid are of another type now"
    assert Lake(made.lake).scan("events").collect()["value"].to_list() == [50, 125]


def test_an_earlier_source_that_tells_what_a_later_one_told(tmp_path: Path) -> None:
    columns = {"event_id": "e", "id": "id", "time": "time"}
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.csv").write_text(f"e,id,time\n{name},1,2017-01-01\n")
    sources: dict[str, dict[str, object]] = {n: {"from": n, "kind": "visit", "columns": columns} for n in "ab"}
    made = settings_of(tmp_path, **sources)
    ingest(made)
    (tmp_path / "b" / "1.csv").write_text("e,id,time\na,2,2017-01-01\n")
    report = ingest(made)
    assert (report.full_read_reason, report.sources[1].rejected) == (None, {"duplicate_event_id": 1})
    (tmp_path / "a" / "1.csv").write_text("e,id,time\nb,2,2017-01-01\n")
    assert ingest(made).full_read_reason == "a has events that so far only b had, which is read after it"
    assert Lake(made.lake).scan("events").collect().select("event_id", "id").rows() == [("a", "1"), ("b", "2")]


KILLED = """
import os, signal, sys
from pathlib import Path
from unittest.mock import patch
from tests.features.shops import Shop
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
with patch("features.lake.manifest.write_text", die):
    Shop(Path(sys.argv[1])).ingest()
"""


def test_a_build_that_is_killed_leaves_the_last_good_one(tmp_path: Path) -> None:
    shop = Shop.opened(tmp_path)
    first = shop.ingest()
    shop.write("plain", "1", order())
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL
    assert shop.lake().version == first.version
    assert shop.events().height == 2
    assert shop.ingest().full_read_reason is None
    assert shop.events().height == 3
    assert not list(shop.lake().path.glob(".writing-*"))
