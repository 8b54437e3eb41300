"""The same five visits in whatever form a CSV file comes, and what is said about it."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import StamkundError
from features.ingest.sources.formats.form import Form
from features.ingest.sources.formats.places import FLAW, ROW
from features.ingest.sources.loading import load
from features.ingest.sources.tables import SourceTable, open_tables

HEADER = ("id", "day", "city")
ROWS = [
    ("c1", "2024-01-01", "Köln"),
    ("c2", "2024-01-02", "Malmö"),
    ("c3", "2024-01-03", "Lund"),
    ("c4", "2024-01-04", "Bern"),
    ("c5", "2024-01-05", "Rome"),
]


def lines(separator: str = ",", *, header: bool = True, end: str = "\n") -> str:
    return "".join(separator.join(row) + end for row in ([HEADER] if header else []) + ROWS)


def opened(folder: Path, data: bytes, form: Form = Form(), *, name: str = "x.csv") -> SourceTable:  # noqa: B008
    (folder / name).write_bytes(data)
    (folder / "scratch").mkdir(exist_ok=True)
    (table,) = open_tables(folder / name, form, scratch=folder / "scratch")
    return table


def rows_of(table: SourceTable) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        load(connection, table, "t")
        query = f"SELECT * EXCLUDE ({ROW}, {FLAW}) FROM t WHERE {FLAW} IS NULL ORDER BY {ROW}"  # noqa: S608
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        (lines().encode(), {}),
        (lines(";").encode(), {}),
        (lines("\t").encode(), {}),
        (lines("|").encode(), {}),
        (lines("~").encode(), {"delimiter": "~"}),
        (lines("^").encode(), {"delimiter": "^"}),
        (lines(";", end="\r\n").encode(), {}),
        (lines(";", end="\r").encode(), {}),
        (lines().replace("\n", "\r\n", 3).encode(), {}),
        (lines(end="\n\n").encode(), {}),
        (lines().rstrip().encode(), {}),
        (b"\xef\xbb\xbf" + lines().encode(), {}),
        (lines().encode("utf-16"), {}),
        (lines().encode("utf-32"), {}),
        (b"\xfe\xff" + lines().encode("utf-16-be"), {}),
        (lines().encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (lines().encode("utf-16-be"), {"encoding": "utf-16-be"}),
        (lines().encode("cp1252"), {"encoding": "cp1252"}),
        (("sep=;\n" + lines(";")).encode(), {"header": 2}),
        (("sep=~\r\n" + lines("~", end="\r\n")).encode(), {"delimiter": "~", "header": 2}),
        (("Visits of 2024\n\n" + lines()).encode(), {"header": 3}),
        (("Visits, all;;\nFrom;2024-01-01;\n;;\n" + lines(";")).encode(), {"header": 4}),
        ((lines() + "Total,,5\n").encode(), {"footer": 1}),
        ((lines() + "Total: visits, --,5\nTotal: shop, --,5\n").encode(), {"footer": 2}),
        ((lines() + "\nExported on 2024-02-01 by Ann\n").encode(), {"footer": 1}),
        ((lines(";") + "Summe;;\n\nStand: heute\n").encode(), {"footer": 2}),
        (lines().replace("c1", '"c1"').replace("Köln", '"Köln"').encode(), {}),
        ("\n".join(",".join(f"'{cell}'" for cell in row) for row in [HEADER, *ROWS]).encode(), {}),
        (lines("  ").encode(), {"delimiter": "spaces"}),
        (lines("  ").replace("city\n", "city\n-- --- ----\n").encode(), {"delimiter": "spaces"}),
        ((" " + lines("   ").replace("\n", "  \n ")).encode(), {"delimiter": "spaces"}),
        (("# of the shop, v1\n# in May\n" + lines()).encode(), {"header": 3}),
        (lines(" | ").replace("city\n", "city\n---+---+---\n").encode() + b"(5 rows)\n", {"footer": 1}),
        (("Stand: 1.000,00;EUR\nAlle, auch alte\n" + lines(";")).encode(), {"header": 3}),
        (("Kontoauszug;;;\n" + lines(";") + "Kontostand;5\n").encode(), {"header": 2, "footer": 1}),
    ],
)
def test_a_form_is_found(tmp_path: Path, data: bytes, settings: dict[str, object]) -> None:
    table = opened(tmp_path, data)
    rows = [tuple(str(cell).strip() for cell in row) for row in rows_of(table)]
    assert (list(table.columns), rows) == (list(HEADER), ROWS)
    assert table.settings == settings
    assert bool(table.notes) == (bool(settings) or data[:2] in {b"\xff\xfe", b"\xfe\xff"})


def test_a_first_line_like_the_others_is_a_row(tmp_path: Path) -> None:
    table = opened(tmp_path, lines("\t", header=False).encode(), name="x.txt")
    assert (list(table.columns), rows_of(table)) == (["column1", "column2", "column3"], ROWS)
    assert table.settings == {"header": "none", "names": ["column1", "column2", "column3"]}
    assert "looks like data" in table.notes[0]


@pytest.mark.parametrize(
    "first",
    [
        "customer,amount,day",
        "c,a,d",
        "customer,2019,day",  # a year is a name where others are
        "id1,amount2,day3",
        "web,25.50,day",
    ],
)
def test_a_first_line_of_another_kind_is_a_header(tmp_path: Path, first: str) -> None:
    table = opened(tmp_path, f"{first}\n760,25.50,1/1/2009\n761,3,2/1/2009\n".encode())
    assert (list(table.columns), table.settings) == (first.split(","), {})


def test_settings_fix_a_form(tmp_path: Path) -> None:
    data = lines(";", header=False).encode("mac_roman")
    table = opened(tmp_path, data, Form(encoding="mac_roman", delimiter=";", header=0, names=HEADER))
    assert (list(table.columns), rows_of(table)) == (list(HEADER), ROWS)
    table = opened(tmp_path, ("x;y;z\n" + lines(";") + "a;b;c\n").encode(), Form(header=2, footer=1))
    assert (list(table.columns), rows_of(table)) == (list(HEADER), ROWS)
    table = opened(tmp_path, ("a;b;c\n" + lines(";", header=False)).encode(), Form(header=1, names=HEADER))
    assert (list(table.columns), rows_of(table)) == (list(HEADER), ROWS)


def test_a_customer_called_total_is_no_total(tmp_path: Path) -> None:
    table = opened(tmp_path, (lines() + "Total,2024-01-06,Oslo\n").encode())
    assert (len(rows_of(table)), table.settings) == (6, {})


def test_quoted_texts_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    table = opened(tmp_path, b'id,text\n1,"a, ""b""\nc"\n2,"d;e"\n')
    assert rows_of(table) == [("1", 'a, "b"\nc'), ("2", "d;e")]
    table = opened(tmp_path, b'id,text\n1,"a \\"b\\", c"\n2,"d, \\"e"\n')
    assert rows_of(table) == [("1", 'a "b", c'), ("2", 'd, "e')]


def test_decimal_commas_part_no_columns(tmp_path: Path) -> None:
    """More lines have as many commas than as many semicolons; what they part is no column."""
    rows = "".join(f"{n},5;{n},25\n" for n in range(1, 9))
    table = opened(tmp_path, f"netto;brutto\n{rows}".encode())
    assert (list(table.columns), rows_of(table)[0]) == (["netto", "brutto"], ("1,5", "1,25"))


def test_names_that_are_missing_or_repeated(tmp_path: Path) -> None:
    assert list(opened(tmp_path, b"id,,ID,day\n1,2,3,4\n").columns) == ["id", "column2", "ID_3", "day"]
    assert list(opened(tmp_path, b'"a","b"\n"1",5,"x"\n"2",6,"y"\n').columns) == ["row_name", "a", "b"]


@pytest.mark.parametrize("encoding", ["cp1251", "cp1250", "shift_jis", "mac_roman", "cp850", "gb18030", "iso8859_15"])
def test_another_encoding_is_refused_with_how_it_would_read(tmp_path: Path, encoding: str) -> None:
    word = {"cp1251": "Сыр", "cp1250": "książka", "shift_jis": "チーズ", "gb18030": "奶酪", "iso8859_15": "5 €"}.get(
        encoding, "Käsekrüger"
    )
    with pytest.raises(StamkundError) as caught:
        opened(tmp_path, f"id,text\n1,{word}\n2,{word}\n".encode(encoding))
    assert caught.value.code == "unknown_encoding"
    assert f"`{encoding}` reads {word}" in str(caught.value)


def test_bytes_that_are_of_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="zero bytes"):
        opened(tmp_path, b"id,day\n1\x00,2024-01-01\n")
    with pytest.raises(StamkundError, match=r"is not utf-8|is not ascii"):
        opened(tmp_path, "id\nKäse\n".encode(), Form(encoding="ascii"))


def test_a_broken_letter_in_utf8_breaks_its_line_only(tmp_path: Path) -> None:
    table = opened(tmp_path, lines().encode() + b"c6,2024-01-06,K\xf6ln\n")
    assert (rows_of(table), table.settings) == (ROWS, {})


def test_a_letter_across_two_pieces_of_a_file(tmp_path: Path) -> None:
    data = ("id,day\n" + "1,2024-01-01\n" * 81000).encode()
    data = data[: (1 << 20) - 1] + "é".encode() + b"\n"
    table = opened(tmp_path, data)
    assert table.settings == {}


def test_a_file_without_a_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="is empty"):
        opened(tmp_path, b"\n \n")


def test_every_line_behind_a_quote_that_is_not_closed_is_told(tmp_path: Path) -> None:
    table = opened(tmp_path, b'id,day\n1,2024-01-01\n2,"2024-01-02\n3,2024-01-03\n4,2024-01-04\n')
    with duckdb.connect() as connection:
        rows = load(connection, table, "t")
        flaws = connection.execute(f"SELECT {FLAW} FROM t WHERE {FLAW} IS NOT NULL ORDER BY {ROW}").fetchall()  # noqa: S608
    assert (rows.count, rows.records) == (1, 4)
    assert [str(flaw).split(" of ")[0][2:] for (flaw,) in flaws] == ["ne 3", "ne 4", "ne 5"]


CELL = st.text(st.characters(codec="cp1252", exclude_characters="\0\r\x1a"), max_size=6).map(str.strip)
ROW_OF_TEXTS = st.tuples(st.from_regex("c[1-9]{1,3}", fullmatch=True), CELL, CELL)


@given(
    rows=st.lists(ROW_OF_TEXTS, min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read(
    tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str, encoding: str, end: str
) -> None:
    """Whatever the texts are, in any dialect and encoding, they are read as they were written."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    table = opened(tmp_path, text.getvalue().encode(encoding))
    assert list(table.columns) == list(HEADER)
    assert rows_of(table) == [tuple(cell or None for cell in row) for row in rows]


def test_packed(tmp_path: Path) -> None:
    table = opened(tmp_path, gzip.compress(lines(";").encode("cp1252")), name="x.csv.gz")
    assert (rows_of(table), table.settings) == (ROWS, {"encoding": "cp1252"})
