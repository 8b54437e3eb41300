# ruff: noqa: S608  (of the expressions under test)
from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.addresses import BLANKS
from features.reading.ids import MISSING_IDS, exact_id, exact_id_sql, is_missing_id, is_missing_id_sql


def in_sql(expression: str, value: object, type_: str = "VARCHAR") -> object:
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {expression} FROM (SELECT CAST(? AS {type_}) AS x)", [value]).fetchone()
    return row and row[0]


@pytest.mark.parametrize(
    ("value", "type_", "id_"),
    [
        ("c1", "VARCHAR", "c1"),
        ("40213.0", "VARCHAR", "40213"),
        ("-7.00", "VARCHAR", "-7"),
        ("40213.5", "VARCHAR", "40213.5"),
        ("v1.0", "VARCHAR", "v1.0"),
        ("1.2.0", "VARCHAR", "1.2.0"),
        ("007", "VARCHAR", "007"),
        ("1E5", "VARCHAR", "1E5"),
        ("1.57963E+17", "VARCHAR", None),
        ("99999999999999999991", "VARCHAR", "99999999999999999991"),
        ("99999999999999999991", "HUGEINT", "99999999999999999991"),
        ("99999999999999999991", "DECIMAL(20, 0)", "99999999999999999991"),
        ("40213", "DECIMAL(12, 2)", "40213"),
        ("40213", "DOUBLE", "40213"),
        ("2.5", "DOUBLE", "2.5"),
        ("9007199254740991", "DOUBLE", "9007199254740991"),
        ("9007199254740993", "DOUBLE", None),
        ("nan", "DOUBLE", None),
        ("16777215", "FLOAT", "16777215"),
        ("16777217", "FLOAT", None),
    ],
)
def test_an_id_has_all_of_its_digits(value: str, type_: str, id_: str | None) -> None:
    assert in_sql(exact_id_sql("x", type_), value, type_) == id_


@given(st.one_of(st.text("0123456789.+-eE", max_size=8), st.floats(-1e17, 1e17).map(repr)))
def test_python_reads_the_ids_of_texts_as_sql_does(text: str) -> None:
    assert exact_id(text) == in_sql(exact_id_sql("x", "VARCHAR"), text)


@given(st.integers(-(2**60), 2**60).map(float))
def test_python_reads_the_ids_of_doubles_as_sql_does(number: float) -> None:
    assert exact_id(number) == in_sql(exact_id_sql("x", "DOUBLE"), number, "DOUBLE")


SPELLINGS = st.sampled_from([*MISSING_IDS, "c1", "00", "nano", "7"])


@given(st.tuples(st.text(BLANKS, max_size=2), SPELLINGS, st.booleans(), st.text(BLANKS, max_size=2)))
def test_nobody_is_nobody_in_every_case_and_between_blanks(parts: tuple[str, str, bool, str]) -> None:
    before, name, upper, after = parts
    text = before + (name.upper() if upper else name) + after
    assert is_missing_id(text) == (name in MISSING_IDS) == in_sql(is_missing_id_sql("x", MISSING_IDS), text)


@pytest.mark.parametrize("text", ["", " ", "\t\N{NO-BREAK SPACE}", None])
def test_what_is_blank_is_nobody(text: str | None) -> None:
    assert in_sql(is_missing_id_sql("x", []), text) is True
    assert is_missing_id(text or "", [])
