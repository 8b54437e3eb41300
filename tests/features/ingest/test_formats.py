from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from features.errors import StamkundError
from features.moments import micros
from tests.features.sourcing import ingested, rejects_of

VISIT: dict[str, Any] = {"kind": "visit", "columns": {"id": "id", "time": "seen"}}
PAID: dict[str, Any] = {"kind": "visit", "columns": {"id": "id", "time": "seen", "cost": "paid"}}


def at(*parts: int) -> int:
    return micros(datetime(*parts, tzinfo=UTC))  # type: ignore[misc,arg-type]


def of_amounts(folder: Path, *texts: str, **source: object) -> tuple[dict[str, int], list[int | None]]:
    """What is rejected, and the amounts accepted, of visits in dollars."""
    rows = "".join(f'1;2024-05-01 10:00:{n:02};"{text}"\n' for n, text in enumerate(texts))
    report, events = ingested(folder, "id;seen;paid\n" + rows, **(PAID | source))
    return dict(report.rejected), events.sort("time")["cost"].to_list()


def test_a_column_is_read_by_its_format(tmp_path: Path) -> None:
    rows = (
        "1;1.2.2024 10:00;1.234,56\n2;13.2.2024 23:59;7\n3;2/13/2024;7\n4;1.2.2024 10:00 PM;7\n5;3.2.2024 00:00;7.5\n"
    )
    formats = {"seen": "%d.%m.%Y %H:%M", "paid": "1.234,56"}
    report, events = ingested(tmp_path, "id;seen;paid\n" + rows, formats=formats, **PAID)
    assert report.rejected == {"bad_amount": 1, "bad_time": 2}
    assert events.sort("id").select("time", "cost").rows() == [
        (at(2024, 2, 1, 10), 123_456),
        (at(2024, 2, 13, 23, 59), 700),
    ]


def test_a_format_of_days_counts_from_their_end(tmp_path: Path) -> None:
    report, events = ingested(
        tmp_path, "id,seen\n1,13/2/24\n", formats={"Seen": "%d/%m/%y"}, timezone="Europe/Berlin", **VISIT
    )
    assert (report.rejected, events["time"].to_list()) == ({}, [at(2024, 2, 13, 23) - 1])


@pytest.mark.parametrize(
    ("format_", "text", "moment"),
    [
        ("seconds", "1700000000", 1_700_000_000_000_000),
        ("seconds", "1700000000.25", 1_700_000_000_250_000),
        ("milliseconds", "1700000000123", 1_700_000_000_123_000),
        ("microseconds", "1700000000123456", 1_700_000_000_123_456),
        ("seconds", "soon", None),
        ("seconds", "1_700", None),
    ],
)
def test_an_epoch_is_read_by_its_unit(tmp_path: Path, format_: str, text: str, moment: int | None) -> None:
    report, events = ingested(tmp_path, f"id,seen\n1,{text}\n", formats={"seen": format_}, **VISIT)
    assert events["time"].to_list() == ([] if moment is None else [moment])
    assert report.rejected == ({"bad_time": 1} if moment is None else {})


def test_numbers_of_a_typed_column_are_read_by_a_format_of_times(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["1", "2"], "seen": [20240131, 20240132]}).write_parquet(tmp_path / "rows.parquet")
    source = VISIT | {"from": "rows.parquet", "formats": {"seen": "%Y%m%d"}}
    report, events = ingested(tmp_path, "", **source)
    assert (report.rejected, events["time"].to_list()) == ({"bad_time": 1}, [at(2024, 2, 1) - 1])


@pytest.mark.parametrize(
    ("formats", "code", "told"),
    [
        ({"seenn": "%d.%m.%Y"}, "unknown_source_column", "did you mean 'seen'?"),
        ({"seen": "1234,56"}, "wrong_type", "a time"),
        ({"paid": "%d.%m.%Y"}, "wrong_type", "an amount"),
    ],
)
def test_a_format_that_cannot_be_is_told_with_its_key(
    tmp_path: Path, formats: dict[str, str], code: str, told: str
) -> None:
    with pytest.raises(StamkundError) as caught:
        ingested(tmp_path, "id,seen,paid\n1,2024-01-01,5\n", formats=formats, **PAID)
    assert caught.value.code == code
    assert told in str(caught.value)


def test_a_typed_column_that_needs_no_format_is_told(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["1"], "seen": [datetime(2024, 1, 1)]}).write_parquet(tmp_path / "rows.parquet")  # noqa: DTZ001
    with pytest.raises(StamkundError, match="Take its format away") as caught:
        ingested(tmp_path, "", **(VISIT | {"from": "rows.parquet", "formats": {"seen": "%Y-%m-%d"}}))
    assert caught.value.field == "sources.rows.formats.seen"


def test_a_format_is_checked_when_the_settings_are_read(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="tells no year"):
        ingested(tmp_path, "id,seen\n", formats={"seen": "%d.%m."}, **VISIT)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2/13/2024", '"%m/%d/%Y" or "%d/%m/%Y"'),
        ("13.2.2024 10:00", '"%d.%m.%Y"'),
        ("5-Mar-24", '"%d-%b-%y"'),
        ("1700000000", "seconds"),
        ("1700000000000", "milliseconds"),
        ("240131", '"%y%m%d"'),
    ],
)
def test_a_time_that_needs_a_format_is_told_which(tmp_path: Path, text: str, told: str) -> None:
    report, _ = ingested(tmp_path, f"id,seen\n1,{text}\n", **VISIT)
    assert report.rejected == {"bad_time": 1}
    assert f"time {text} is not a time that is understood whole" in rejects_of(report)["reason"][0]
    assert f"formats: {{seen: {told}}}" in rejects_of(report)["reason"][0]


def test_amounts_as_shops_and_accountants_write_them(tmp_path: Path) -> None:
    texts = (
        "$12.50",
        "12.50 USD",
        "(12.50)",
        "12.50-",
        "\N{MINUS SIGN}3",
        "\N{NO-BREAK SPACE}4",
        "1_0",
        "5%",
        "€5",
        "7,5",
    )
    rejected, amounts = of_amounts(tmp_path, *texts)
    assert rejected == {"bad_amount": 3, "foreign_currency": 1}
    assert amounts == [1250, 1250, -1250, -1250, -300, 400]


def test_foreign_amounts_in_a_format_are_told(tmp_path: Path) -> None:
    rejected, amounts = of_amounts(tmp_path, "1.234,50 $", "1.234,50 €", "EUR 5", formats={"paid": "1.234,56"})
    assert (rejected, amounts) == ({"foreign_currency": 2}, [123_450])


def test_expressions_see_texts_as_they_are_written(tmp_path: Path) -> None:
    text = "id,seen\n1,2024-12-05 21:06:21 +0400\n"
    source = VISIT | {"columns": {"id": "id", "time": "seen", "item_id": "right(seen, 5)"}}
    _, events = ingested(tmp_path, text, **source)
    assert events.select("time", "item_id").rows() == [(at(2024, 12, 5, 17, 6, 21), "+0400")]


@pytest.mark.parametrize(
    "time",
    [
        "seen",
        "seen::TIMESTAMPTZ",
        "strptime(seen, '%Y-%m-%d %H:%M:%S %z')",
        "TRY_CAST(seen AS TIMESTAMP) + INTERVAL 0 HOUR",
        "CASE WHEN seen > '' THEN CAST(trim(seen) AS TIMESTAMPTZ) END",
    ],
)
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin"])
def test_no_expression_drops_an_offset(tmp_path: Path, time: str, timezone: str) -> None:
    text = "id,seen\n1,2024-12-05 21:06:21 +0400\n"
    source = VISIT | {"columns": {"id": "id", "time": time}, "timezone": timezone}
    report, events = ingested(tmp_path, text, **source)
    assert (report.rejected, events["time"].to_list()) == ({}, [at(2024, 12, 5, 17, 6, 21)])


def test_a_cast_of_what_is_no_time_fails_and_a_try_is_null(tmp_path: Path) -> None:
    text = "id,seen\n1,2024-12-05 21:06 or so\n"
    with pytest.raises(StamkundError, match="is not a time that is understood whole") as caught:
        ingested(tmp_path, text, **(VISIT | {"columns": {"id": "id", "time": "seen::TIMESTAMP"}}))
    assert caught.value.code == "bad_expression"
    report, _ = ingested(tmp_path, text, **(VISIT | {"columns": {"id": "id", "time": "TRY_CAST(seen AS DATE)"}}))
    assert report.rejected == {"missing_time": 1}


def test_expressions_see_what_formats_say(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "day + INTERVAL 9 HOUR", "value": "paid / 2", "text": "typeof(day) || typeof(paid)"}
    formats = {"day": "%d.%m.%Y", "paid": "1234,56"}
    text = "id;day;paid\n1;1.2.2024;12,50\n2;31.2.2024;12,50\n3;1.2.2024;12.50\n"
    report, events = ingested(tmp_path, text, kind="order", columns=columns, formats=formats)
    assert report.rejected == {"bad_value": 2}
    assert events.select("time", "value", "text").rows() == [(at(2024, 2, 1, 9), 625, "DATEDOUBLE")]


def test_long_numbers_and_leading_zeros_stay_texts_in_expressions(tmp_path: Path) -> None:
    columns = {"id": "concat(a, '')", "time": "seen", "item_id": "concat(b, '')", "order_id": "concat(c, '')"}
    text = "a,b,c,seen\n99999999999999999991,007,1234567890123456.5,2024-01-01\n1,1,1,2024-01-01\n"
    report, events = ingested(tmp_path, text, kind="view", columns=columns)
    assert report.rejected == {}
    assert sorted(events.select("id", "item_id", "order_id").rows()) == [
        ("1", "1", "1"),
        ("99999999999999999991", "007", "1234567890123456.5"),
    ]


def test_rows_that_where_does_not_count_are_left_out(tmp_path: Path) -> None:
    text = (
        "id,seen,status,paid\n1,2024-01-01,done,5\n2,2024-01-01,cancelled,5\n3,bad,done,5\n4,bad,,5\n5,2024-01-01,,5\n"
    )
    report, events = ingested(tmp_path, text + "6,2024-01-01,done,5,6\n", where="status <> 'cancelled'", **PAID)
    assert (report.read, report.accepted, report.left_out) == (6, 1, 3)
    assert report.rejected == {"bad_time": 1, "malformed_row": 1}
    assert events["id"].to_list() == ["1"]


@pytest.mark.parametrize(
    ("where", "code", "told"),
    [
        ("status <> ", "bad_expression", "sources.rows.where"),
        ("statsu = 'x'", "unknown_source_column", "did you mean 'status'?"),
        ("seen + status", "bad_expression", "sources.rows.where"),
    ],
)
def test_a_condition_that_cannot_be_is_told(tmp_path: Path, where: str, code: str, told: str) -> None:
    with pytest.raises(StamkundError) as caught:
        ingested(tmp_path, "id,seen,status\n1,2024-01-01,x\n", where=where, **VISIT)
    assert (caught.value.code, caught.value.field) == (code, "sources.rows.where")
    assert told in str(caught.value)


def test_a_query_sees_texts_where_a_number_or_a_time_would_lose_some(tmp_path: Path) -> None:
    text = "id,seen,day,paid\n99999999999999999991,2024-05-01 21:06 +04:00,2024-02-28,1.5\n"
    text += "99999999999999999992,2024-05-01 21:06,2024-02-30,2\n"
    query = "SELECT id, seen, day, sum(paid) AS paid FROM rows GROUP BY ALL"
    columns = {"id": "id", "time": "seen", "text": "day", "cost": "paid"}
    report, events = ingested(tmp_path, text, kind="visit", query=query, columns=columns)
    assert report.rejected == {}
    assert events.sort("id").select("id", "time", "text", "cost").rows() == [
        ("99999999999999999991", at(2024, 5, 1, 17, 6), "2024-02-28", 150),
        ("99999999999999999992", at(2024, 5, 1, 21, 6), "2024-02-30", 200),
    ]
