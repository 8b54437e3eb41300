# ruff: noqa: S608  (of the expressions under test)
from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.reading.number_forms import SAMPLES, number_format, signs_of
from features.reading.number_sql import foreign_sql, plain_sql


def read(text: str, sample: str | None = None, currency: str | None = None) -> str | None:
    form = number_format(sample) if sample else None
    reading = plain_sql("x", form, signs_of(currency) if currency else ())
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {reading} FROM (SELECT ? AS x)", [text]).fetchone()
    return None if row is None else row[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", "12.50"),
        ("+5", "5"),
        ("-5", "-5"),
        ("\N{MINUS SIGN}5", "-5"),
        ("5-", "-5"),
        ("(12.50)", "-12.50"),
        ("€12.50", "12.50"),
        ("12.50\N{NO-BREAK SPACE}€", "12.50"),
        ("-€5", "-5"),
        ("€ -5", "-5"),
        ("(€5)", "-5"),
        ("EUR 5", "5"),
        ("5 eur", "5"),
        ("\N{NARROW NO-BREAK SPACE}5 ", "5"),
        ("(5", None),
        ("5)", None),
        ("--5", None),
        ("-5-", None),
        ("(-5)", None),
        ("5 %", None),
        ("1_000", None),
        ("1,000.00", None),
        ("12,50", None),
        ("5 6", None),
        ("$5", None),
        ("5 USD", None),
        ("five", None),
        ("", None),
        ("\N{ARABIC-INDIC DIGIT FIVE}", None),
    ],
)
def test_an_amount_is_understood_whole_or_not_at_all(text: str, number: str | None) -> None:
    assert read(text, currency="EUR") == number


def test_a_currency_is_none_of_a_number() -> None:
    assert read("€5") is None


@pytest.mark.parametrize(
    ("sample", "fits", "refused"),
    [
        ("1234,56", {"12,50": "12.50", "1234567,8": "1234567.8", "7": "7"}, ("12.50", "1.234,56")),
        ("1.234,56", {"1.234,56": "1234.56", "1.234": "1234", "1234,5": "1234.5"}, ("1.23,4", "1,234.5", "12.34")),
        ("1,234.56", {"1,234,567.8": "1234567.8", "-1,234": "-1234"}, ("1,23", "12,34,567")),
        ("1 234,56", {"1\N{NO-BREAK SPACE}234,56": "1234.56", "1\N{NARROW NO-BREAK SPACE}234": "1234"}, ("1.234,5",)),
        ("1'234.56", {"1\N{RIGHT SINGLE QUOTATION MARK}234.56": "1234.56"}, ("1,234.56",)),
        ("12,34,567.89", {"12,34,567.89": "1234567.89", "1,234": "1234"}, ("1,234,567",)),
    ],
)
def test_a_sample_shows_both_separators(sample: str, fits: dict[str, str], refused: tuple[str, ...]) -> None:
    assert {text: read(text, sample) for text in fits} == fits
    assert [read(text, sample) for text in refused] == [None] * len(refused)


@pytest.mark.parametrize("sample", ["1,234", "1.234", "12", "1.234.56", "abc", ""])
def test_a_sample_that_leaves_a_separator_open_is_refused(sample: str) -> None:
    with pytest.raises(StamkundError, match="give one of") as caught:
        number_format(sample)
    assert caught.value.code == "bad_format"


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("$5", True), ("5 USD", True), ("5 kr", True), ("€5", False), ("5 EUR", False), ("5", False), ("(5", False)],
)
def test_another_currency_is_told_from_what_is_no_amount(text: str, foreign: bool) -> None:  # noqa: FBT001
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {foreign_sql('x', None, 'EUR')} FROM (SELECT ? AS x)", [text]).fetchone()
    assert row == (foreign,)


@given(st.decimals(0, 10**9, places=2), st.sampled_from([sample for sample in SAMPLES if "12,34" not in sample]))
def test_a_number_written_as_its_sample_is_read_back(number: object, sample: str) -> None:
    form = number_format(sample)
    grouped = f"{number:,}".replace(",", "_").replace(".", form.decimal).replace("_", form.thousands[:1])
    assert read(grouped, sample) == str(number)
