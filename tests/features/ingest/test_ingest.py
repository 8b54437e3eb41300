from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.events.tables import schema
from features.identity.people import People
from features.ingest.ingest import ingest
from features.ingest.sources.watermark import LogWatermark
from features.lake import Lake
from features.moments import micros
from tests.features.sourcing import ingested, rejects_of, settings_of

ORDERS = """\
id,time,basket,item,amount
2,2017-01-02 10:00,b,y,2
1,2017-01-01 10:00,a,x,1
1,2017-01-01 10:00,a,x,1
1,2017-01-01 09:00,a,y,3
1,2017-01-03 10:00,,x,4
"""
ITEMS = "item,group\nx,Fruit\ny,\n"
COLUMNS = {"id": "id", "time": "time", "order_id": "basket", "item_id": "item", "value": "amount"}


def shop(folder: Path) -> Settings:
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "items.csv").write_text(ITEMS)
    return settings_of(
        folder,
        orders={"from": "orders.csv", "kind": "order", "columns": COLUMNS},
        items={"table": "items", "from": "items.csv", "columns": {"item_id": "item", "category": "group"}},
    )


def events_of(settings: Settings) -> pl.DataFrame:
    return Lake(settings.lake).scan("events").collect()


def test_events_are_in_order_numbered_and_completed(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    report = ingest(settings)
    events = events_of(settings)
    assert [(source.name, source.read, source.accepted) for source in report.sources] == [
        ("orders", 5, 5),
        ("items", 2, 2),
    ]
    assert report.version == Lake(settings.lake).version
    assert events.schema == schema("events")
    lines = events.select("fragment", "order_id", "order_line", "category", "value").rows()
    assert lines == [
        ("1", "a", 1, None, 300),  # the earliest line of its order, though it was read last; item y has no category
        ("1", "a", 2, "Fruit", 100),
        ("1", "a", 3, "Fruit", 100),
        ("1", None, 1, "Fruit", 400),  # no order id: an order of its own
        ("2", "b", 1, None, 200),
    ]
    assert events["event_id"].n_unique() == 5
    assert set(events["source"]) == {"orders"}


def test_reading_twice_changes_nothing(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    version, first = ingest(settings).version, events_of(settings)
    assert ingest(settings).version == version
    assert events_of(settings).equals(first)


def test_ids_depend_on_what_rows_say_and_not_on_their_order(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    version = ingest(settings).version
    head, *lines = ORDERS.splitlines()
    (tmp_path / "orders.csv").write_text("\n".join([head, *reversed(lines)]) + "\n")
    assert ingest(settings).version == version


def test_ids_are_the_same_on_every_machine(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    ingest(settings)
    content = ["orders", "id=2", "id_type=user_id", "item_id=y", "kind=order", "order_id=b", "time=1483351200000000"]
    expected = hashlib.md5("\x1f".join([*content, "value=200"]).encode()).hexdigest()  # noqa: S324  (a name, no secret)
    assert events_of(settings)["event_id"].to_list()[-1] == "\x1f" + expected[:20]


def test_an_id_that_is_made_is_none_that_a_row_may_have(tmp_path: Path) -> None:
    columns = {"event_id": "e", "id": "id", "time": "time"}
    _, events = ingested(tmp_path, "e,id,time\n,1,2017-01-01\n", kind="visit", columns=columns)
    (made,) = events["event_id"]
    rows = f"e,id,time\n{made},2,2017-01-02\n{made[1:]},3,2017-01-03\n,1,2017-01-01\n"
    report, events = ingested(tmp_path, rows, kind="visit", columns=columns)
    assert report.rejected == {"bad_text": 1}
    assert sorted(events.select("id", "event_id").rows()) == [("1", made), ("3", made[1:])]


def test_events_from_http_are_one_more_source(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    ingest(settings)
    known = events_of(settings)["event_id"][0]
    new = {"event_id": "m1", "id_type": "user_id", "id": "2", "fragment": "2", "kind": "order", "item_id": "x"}
    ordered = new | {"time": 5, "order_id": "b"}
    empty = pl.DataFrame(schema=schema("events"))
    log = pl.concat([empty, pl.DataFrame([ordered, ordered, new | {"event_id": known, "time": 6}])], how="diagonal")
    report = ingest(settings, log=lambda _: (log, LogWatermark("l", 3)))
    assert report.sources[-1].name == "http"
    assert (report.sources[-1].accepted, report.sources[-1].rejected) == (2, {"duplicate_event_id": 1})
    events = events_of(settings)
    assert events.height == 7
    added = events.filter(pl.col("source") == "http").select("event_id", "category", "order_line")
    assert added.rows() == [("m1", "Fruit", 1), (known, "Fruit", 1)]  # the id of another source's event, too
    assert ingest(settings, log=lambda after: (log.slice(after), LogWatermark("l", 3))).version == report.version
    emptied = ingest(settings, log=lambda _: (log.clear(), LogWatermark("l", 0)))
    assert (emptied.version, emptied.sources[-1].scope) == (report.version, "read whole, 2 of an earlier log kept")
    assert ingest(settings).version == report.version  # without a log, too


def test_attributes_of_a_customer_may_come_from_several_sources(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,age\n1,30\n2,\n2,99\n")
    (tmp_path / "b.csv").write_text("id,age,city\n2,40,Umeå\n3,50,Lund\n")
    columns = {"customer_id": "id", "age": "age"}
    settings = settings_of(
        tmp_path,
        a={"table": "customers", "from": "a.csv", "columns": columns},
        b={"table": "customers", "from": "b.csv", "columns": columns | {"city": "city"}},
    )
    report = ingest(settings)
    assert [source.rejected for source in report.sources] == [{"duplicate_customer_id": 1}, {}]
    lake = Lake(settings.lake)
    told = lake.scan("customers").select("customer_id", "source:", "age", "city").collect()
    assert told.rows() == [
        ("1", "a", "30", None), ("2", "a", None, None), ("2", "b", "40", "Umeå"), ("3", "b", "50", "Lund")
    ]  # fmt: skip
    customers = People.at(lake, [0]).about("customers").collect()
    assert customers.rows() == [("1", "30", None), ("2", "40", "Umeå"), ("3", "50", "Lund")]


def test_other_identifiers_wait_for_their_customer(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "time"}
    _, events = ingested(tmp_path, "id,time\nc7,2017-01-01\n", kind="visit", id_type="anonymous_id", columns=columns)
    assert events.select("id_type", "id", "fragment").rows() == [("anonymous_id", "c7", "anonymous_id:c7")]


def test_rejects_of_an_earlier_run_are_gone(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "time"}
    report, _ = ingested(tmp_path, "id,time\n,2017-01-01\n", kind="visit", columns=columns)
    assert report.rejects is not None
    ingested(tmp_path, "id,time\n1,2017-01-01\n", kind="visit", columns=columns)
    assert not report.rejects.exists()


def test_progress_is_told(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    ingest(shop(tmp_path), progress=lambda *step: steps.append(step))
    assert steps == [("orders", 0, 3), ("items", 1, 3), ("lake", 2, 3), ("lake", 3, 3)]


def test_nothing_reaches_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "stamkund.yaml").write_text(
        "name: Shop\nsources: {orders: {from: orders.csv, kind: order, columns: {id: id, time: time}}}\n"
    )
    code = """
from features.ingest.ingest import ingest
from features.config.settings import read_settings
ingest(read_settings('stamkund.yaml'))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_row_may_say_when_it_became_known(tmp_path: Path) -> None:
    """Only what became known after it happened is kept; a day means its end, as in every time."""
    rows = "id,at,got\n1,2017-01-02T10:00,2017-01-05\n2,2017-01-02T10:00,2017-01-01\n3,2017-01-02T10:00,\n"
    columns = {"id": "id", "time": "at", "known_at": "got"}
    report, events = ingested(tmp_path, rows, kind="visit", columns=columns)
    assert report.accepted == 3
    assert events.select("id", "known_at").rows() == [("1", micros(date(2017, 1, 6)) - 1), ("2", None), ("3", None)]
    (tmp_path / "other").mkdir()
    report, _ = ingested(tmp_path / "other", "id,at,got\n1,2017-01-02,soon\n", kind="visit", columns=columns)
    assert report.rejected == {"bad_time": 1}


def test_months_in_which_all_was_known_at_once_do_without_the_column(tmp_path: Path) -> None:
    rows = "id,at,got\n1,2017-01-02T10:00,2017-01-02\n2,2017-02-02,2017-01-01\n"
    ingested(tmp_path, rows, kind="visit", columns={"id": "id", "time": "at", "known_at": "got"})
    parts = Lake(tmp_path / "home" / "lake").parts("events")
    assert {month: "known_at" in pl.read_parquet_schema(file) for month, file in parts.items()} == {
        "2017-01": True,
        "2017-02": False,
    }


def test_columns_may_be_called_as_those_of_the_rejected_rows_are(tmp_path: Path) -> None:
    rows = "source,row,file,line,code,ordinal\n1,2017-01-01,a,b,c,d\n,2017-01-02,a,b,c,d\n"
    report, events = ingested(tmp_path, rows, kind="visit", columns={"id": "source", "time": "row", "channel": "line"})
    assert (events["id"].to_list(), events["channel"].to_list()) == (["1"], ["b"])
    (rejected,) = rejects_of(report).to_dicts()
    assert (rejected["line"], rejected["line_"], rejected["ordinal"]) == ("3", "b", "d")
