"""The same three visits in every format that can be read."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.ingest.report import SourceReport
from features.ingest.sources.formats.form import Form
from features.ingest.sources.tables import SourceTable, open_tables
from features.lake import Lake
from tests.features.ingest.workbook import Cell, write_workbook
from tests.features.sourcing import rejects_of, settings_of

ROWS = [("7", "2024-01-01", "12.50"), ("8", "2024-01-02", "3.00"), ("99999999999999999991", "2024-01-03", "0.10")]
FRAME = pl.DataFrame(ROWS, schema=["id", "day", "paid"], orient="row")
OBJECTS = [dict(zip(FRAME.columns, row, strict=True)) for row in ROWS]
CSV = FRAME.write_csv().encode()
# Numbers as numbers: no digit of them may be lost.
JSON = ",\n".join(f'{{"id": {who}, "day": "{day}", "paid": {paid}}}' for who, day, paid in ROWS)


def as_zip(members: dict[str, bytes]) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return write


def as_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE visits (id TEXT, day TEXT, paid TEXT)")
        database.executemany("INSERT INTO visits VALUES (?, ?, ?)", ROWS)


def as_duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as database:
        database.register("frame", FRAME.to_arrow())
        database.execute("CREATE TABLE visits AS SELECT * FROM frame")


WRITERS: dict[str, Callable[[Path], object]] = {
    "v.csv": lambda path: path.write_bytes(CSV),
    "v.xls": lambda path: path.write_bytes(CSV.replace(b",", b"\t")),
    "v.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV)),
    "v.csv.bz2": lambda path: path.write_bytes(bz2.compress(CSV)),
    "v.csv.xz": lambda path: path.write_bytes(lzma.compress(CSV)),
    "v.csv.zst": lambda path: path.write_bytes(pa.compress(CSV, "zstd", asbytes=True)),
    "v.zip": as_zip({"v.csv": CSV, "__MACOSX/._v.csv": b"\0"}),
    "v.json": lambda path: path.write_text(f"[{JSON}]"),
    "page.json": lambda path: path.write_text(f'{{"page": {{"visits": [{JSON}]}}}}'),
    "lines.json": lambda path: path.write_text(JSON.replace(",\n", "\n")),
    "v.jsonl": lambda path: path.write_text(JSON.replace(",\n", "\n\n")),
    "v.ndjson.gz": lambda path: path.write_bytes(gzip.compress(JSON.replace(",\n", "\n").encode())),
    "utf16.json": lambda path: path.write_text(f"[{JSON}]", encoding="utf-16"),
    "v.xlsx": lambda path: write_workbook(path, {"visits": [FRAME.columns, *ROWS], "Notes": []}),
    "v.parquet": FRAME.write_parquet,
    "v.avro": FRAME.write_avro,
    "v.feather": FRAME.write_ipc,
    "v.orc": lambda path: orc.write_table(
        FRAME.to_arrow().cast(pa.schema([(n, pa.string()) for n in FRAME.columns])), path
    ),
    "v.db": as_sqlite,
    "v.duckdb": as_duckdb,
    "noname": lambda path: path.write_bytes(CSV),
}


def opened(path: Path, form: Form = Form()) -> list[SourceTable]:  # noqa: B008
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return open_tables(path, form, scratch=scratch)


def rows_of(table: SourceTable) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT * FROM {table.relation}").fetchall()  # noqa: S608


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    (table,) = opened(tmp_path / name)
    data = [tuple(str(row[list(table.columns).index(column)]) for column in FRAME.columns) for row in rows_of(table)]
    assert data == ROWS


def ingested_ids(folder: Path, **source: Any) -> tuple[list[str], SourceReport]:
    columns = {"id": "id", "time": "day", "value": "paid"}
    settings = settings_of(folder, visits={"kind": "visit", "columns": columns, **source})
    report = ingest(settings).sources[0]
    return Lake(settings.lake).scan("events").collect()["id"].to_list(), report


@pytest.mark.parametrize("name", ["v.xlsx", "v.json", "v.db", "v.zip", "v.avro", "v.duckdb"])
def test_a_build_reads_it(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    assert ingested_ids(tmp_path, **{"from": name})[0] == [row[0] for row in ROWS]


def test_values_of_a_workbook(tmp_path: Path) -> None:
    cells: list[Cell] = [7.0, 12.5, 0.1 + 0.2, date(2024, 5, 1), datetime(2024, 5, 1, 9, 30), "01", None]  # noqa: DTZ001
    head: list[Cell] = ["id", "paid", "sum", "day", "time", "code", "none"]
    write_workbook(tmp_path / "x.xlsx", {"Report": [["Report of May"], [], head, cells, cells, ["Total", 25.0]]})
    (table,) = opened(tmp_path / "x.xlsx")
    assert rows_of(table)[0] == ("7", "12.5", "0.3", "2024-05-01", "2024-05-01 09:30:00", "01", None)
    assert (list(table.columns), table.settings) == (head, {"header": 3, "footer": 1})


def test_one_of_several_sheets_must_be_named(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        month: [[*FRAME.columns], [*row]] for month, row in zip(["May", "June", "July"], ROWS, strict=True)
    }
    write_workbook(tmp_path / "x.xlsx", sheets)
    assert [table.settings for table in opened(tmp_path / "x.xlsx")] == [{"sheet": month} for month in sheets]
    with pytest.raises(StamkundError, match="May, June, July") as caught:
        ingested_ids(tmp_path, **{"from": "x.xlsx"})
    assert (caught.value.code, caught.value.field) == ("several_tables", "sources.visits.sheet")
    with pytest.raises(StamkundError, match="did you mean 'June'") as caught:
        ingested_ids(tmp_path, **{"from": "x.xlsx"}, sheet="Jun")
    assert (caught.value.code, caught.value.field) == ("unknown_sheet", "sources.visits.sheet")
    assert ingested_ids(tmp_path, **{"from": "x.xlsx"}, sheet="june")[0] == ["8"]
    assert ingested_ids(tmp_path, **{"from": "x.xlsx"}, sheet="Ju*")[0] == ["8", "99999999999999999991"]


def test_a_query_over_the_tables_of_one_file(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        "visits": [["card", "day", "paid"], ["a", "2024-01-01", 5]],
        "items": [["card", "id"], ["a", 7.0]],
    }
    write_workbook(tmp_path / "x.xlsx", sheets)
    query = "SELECT id, day, paid + 1 AS paid FROM visits JOIN items USING (card)"
    ids, report = ingested_ids(tmp_path, **{"from": "x.xlsx"}, query=query)
    assert (ids, report.accepted) == (["7"], 1)
    with pytest.raises(StamkundError, match="did you mean 'items'"):
        ingested_ids(tmp_path, **{"from": "x.xlsx"}, query=query.replace("items", "item"))


def test_a_query_says_what_lines_of_its_files_are_no_rows(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("id,day,paid\n1,2024-01-01,1\n2\n")
    ids, report = ingested_ids(tmp_path, **{"from": "v.csv"}, query="SELECT * FROM visits")
    assert (ids, report.rejected) == (["1"], {"malformed_row": 1})
    assert "line 3 of v.csv" in rejects_of(report)["reason"][0]


ORDERS = {
    "orders": [
        {"id": 1, "customer": {"id": 7}, "lines": [{"sku": "a", "price": 1}, {"sku": "b", "price": 2}]},
        {"id": 2, "customer": {"id": 8}, "lines": []},
        {"id": 3, "customer": {"id": 9}, "tags": ["x", 1.5]},
    ],
    "page": 1,
}


def test_records_are_the_lines_of_orders(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(ORDERS))
    (table,) = opened(tmp_path / "x.json")
    assert (list(table.columns), table.settings) == (
        ["id", "customer.id", "lines", "parent.page", "tags"],
        {"records": "orders"},
    )
    assert rows_of(table)[2] == ("3", "9", None, "1", '["x", 1.5]')
    (question,) = table.questions
    assert (question.topic, question.options) == ("table", ("records: orders", "records: orders.lines"))
    (lines,) = opened(tmp_path / "x.json", Form(records="orders.lines"))
    frame = [dict(zip(lines.columns, row, strict=True)) for row in rows_of(lines)]
    assert [(row["sku"], row["orders.id"], row["orders.customer.id"]) for row in frame] == [
        ("a", "1", "7"),
        ("b", "1", "7"),
        (None, "2", "8"),
        (None, "3", "9"),
    ]
    with pytest.raises(StamkundError, match=r"`orders\.lines`") as caught:
        opened(tmp_path / "x.json", Form(records="orders.line"))
    assert caught.value.field == "records"


def test_lists_beside_each_other_are_tables(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"shop": {"orders": [{"id": 1}], "customers": [{"name": "Ann"}]}}')
    assert [(table.name, table.settings) for table in opened(tmp_path / "x.json")] == [
        ("orders", {"records": "shop.orders"}),
        ("customers", {"records": "shop.customers"}),
    ]
    assert [list(table.columns) for table in opened(tmp_path / "x.json")] == [["id"], ["name"]]  # nothing of each other


@pytest.mark.parametrize(
    "text", ['{"id": {"0": 1, "1": 2}, "day": {"0": 3, "1": 4}}', "[1, 2]", "7", '{"id": 1,}', "[{'id': 1}]"]
)
def test_json_that_holds_no_records_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(StamkundError) as caught:
        opened(tmp_path / "x.json")
    assert caught.value.code == "unreadable_file"


def test_the_place_of_a_rejected_row(tmp_path: Path) -> None:
    good, bad = "1,2024-01-01,5\n", "2,never,5\n"
    (tmp_path / "days").mkdir()
    (tmp_path / "days" / "a.csv").write_text(f"id,day,paid\n{good}{bad}1\n{good}{bad}")
    (tmp_path / "days" / "b.csv").write_text(
        f'Days of May\n\nid,day,paid\n\n"1\n2",2024-01-01,5\n\n{bad}3,4\n{good}{bad}'
    )
    report = ingested_ids(tmp_path, **{"from": "days"})[1]
    assert rejects_of(report).select("row", "file", "line").rows() == [
        ("2", "a.csv", "3"),
        ("3", "a.csv", "4"),
        ("5", "a.csv", "6"),
        ("6", "b.csv", "5"),
        ("7", "b.csv", "8"),
        ("8", "b.csv", "9"),
        ("10", "b.csv", "11"),
    ]


@pytest.mark.parametrize(
    ("name", "file", "row", "line"),
    [
        ("x.xlsx", "x.xlsx", "2", "5"),
        ("x.jsonl", "x.jsonl", "2", "3"),
        ("x.zip", "x.zip/v.csv", "2", "3"),
        ("x.db", "x.db/v", "2", "2"),
    ],
)
def test_the_place_of_a_rejected_row_in_other_formats(
    tmp_path: Path, name: str, file: str, row: str, line: str
) -> None:
    rows = [("1", "2024-01-01", "5"), ("2", "never", "5")]
    match name:
        case "x.xlsx":
            write_workbook(tmp_path / name, {"May": [["Visits"], ["id", "day", "paid"], rows[0], [], rows[1]]})
        case "x.jsonl":
            lines = [json.dumps(dict(zip(("id", "day", "paid"), cells, strict=True))) for cells in rows]
            (tmp_path / name).write_text("\n\n".join(lines))
        case "x.zip":
            as_zip({"v.csv": b"id,day,paid\n1,2024-01-01,5\n2,never,5\n"})(tmp_path / name)
        case _:
            with closing(sqlite3.connect(tmp_path / name)) as database, database:
                database.execute("CREATE TABLE v (id, day, paid)")
                database.executemany("INSERT INTO v VALUES (?, ?, ?)", rows)
    report = ingested_ids(tmp_path, **{"from": name})[1]
    assert rejects_of(report).select("file", "row", "line").rows() == [(file, row, line)]


def test_lines_of_json_that_are_no_objects_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"id": 1, "day": "2024-01-01", "paid": 1}\n{"id": 2,\n[1]\n')
    ids, report = ingested_ids(tmp_path, **{"from": "x.jsonl"})
    assert (ids, report.read, report.rejected) == (["1"], 3, {"malformed_row": 2})
    assert rejects_of(report)["line"].to_list() == ["2", "3"]


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("x.pdf", b"%PDF-1.7", "save that as CSV"),
        ("x.dta", b"<stata_dta>", "pandas.read_stata('x.dta')"),
        ("x.sav", b"$FL2@(#)", "haven::read_sav('x.sav')"),
        ("x.rds", gzip.compress(b"X\n", mtime=0), "readRDS('x.rds')"),
        ("x.numbers", b"PK\x03\x04", "in Numbers"),
        ("x.xls", b"<html><table><tr><td>1</td></tr></table></html>", "save it as .xlsx"),
        ("x.tar", b"\0" * 257 + b"ustar", "tar xf 'x.tar'"),
        ("x.7z", b"7z\xbc\xaf\x27\x1c", "7z x 'x.7z'"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "no workbook that can be read"),
        ("x.gz", b"\x1f\x8b\x08\x00", "x.gz"),
        ("x.zip", b"PK\x03\x04", "x.zip"),
        ("x.parquet", b"PAR1", "x.parquet"),
        ("x.db", b"SQLite format 3\0" + b"\0" * 100, "x.db"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_converts_it(
    tmp_path: Path, name: str, data: bytes, text: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(StamkundError) as caught:
        ingested_ids(tmp_path, **{"from": name})
    assert caught.value.code in {"unknown_format", "unreadable_file"}
    assert text in str(caught.value)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    as_zip({"v.csv": CSV})(tmp_path / "x.zip")
    data = bytearray((tmp_path / "x.zip").read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(StamkundError, match="encrypted"):
        opened(tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("name", "key", "value"), [("v.csv", "sheet", "May"), ("v.parquet", "delimiter", ";"), ("v.json", "header", 2)]
)
def test_a_setting_that_says_nothing_is_refused(tmp_path: Path, name: str, key: str, value: object) -> None:
    WRITERS[name](tmp_path / name)
    with pytest.raises(StamkundError) as caught:
        ingested_ids(tmp_path, **{"from": name, key: value})
    assert (caught.value.code, caught.value.field) == ("unused_setting", f"sources.visits.{key}")


def test_parquet_of_any_types(tmp_path: Path) -> None:
    data = {
        "id": pa.array([b"ann", b"bo"], pa.binary()),
        "day": pa.array([1704067200_000_000_001, 1704067200_000_000_000], pa.timestamp("ns")),
        "paid": pa.array([Decimal("12.50"), None], pa.decimal128(12, 2)),
        "big": pa.array([2**64 - 1, 0], pa.uint64()),
        "kind": pa.array(["a", "b"]).dictionary_encode(),
        "box": pa.array([{"w": 1}, None]),
        "tags": pa.array([["x"], []]),
    }
    pq.write_table(pa.table(data), tmp_path / "x.parquet")
    columns = {"id": "id", "time": "day", "value": "paid", "text": "big", "channel": "kind", "properties": "box"}
    settings = settings_of(tmp_path, v={"kind": "visit", "from": "x.parquet", "columns": columns})
    assert ingest(settings).sources[0].accepted == 2
    events = Lake(settings.lake).scan("events").collect()
    selected = events.select("id", "value", "text", "channel", "properties").rows()
    assert selected[0] == ("ann", 1250, str(2**64 - 1), "a", '{"w":1}')
