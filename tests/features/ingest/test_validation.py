from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.moments import micros
from features.units import DAY, SECOND
from tests.features.sourcing import ingested, rejects_of

FROM_PARQUET: dict[str, Any] = {"from": "rows.parquet"}
ORDER: dict[str, Any] = {"kind": "order", "columns": {"id": "id", "time": "time", "value": "value"}}


def of_time(folder: Path, *texts: str, timezone: str = "UTC") -> tuple[dict[str, int], list[int]]:
    """What is rejected, and the accepted times, of events at these times."""
    lines = "".join(f'1,"{text}"\n' for text in texts)
    columns = {"id": "id", "time": "time"}
    report, events = ingested(folder, "id,time\n" + lines, kind="visit", timezone=timezone, columns=columns)
    return dict(report.rejected), events["time"].to_list()


def at(*parts: int) -> int:
    return micros(datetime(*parts, tzinfo=UTC))  # type: ignore[misc,arg-type]


def test_a_time_without_zone_is_in_the_sources_zone(tmp_path: Path) -> None:
    # Stockholm is one hour ahead of UTC in winter, two in summer.
    texts = ("2017-01-10 12:00:00", "2017-07-10T12:00", "2017-07-10T12:00:00Z", "2017-07-10 12:00:00.5+05:30")
    rejected, times = of_time(tmp_path, *texts, timezone="Europe/Stockholm")
    assert rejected == {}
    assert times == [
        at(2017, 1, 10, 11),
        at(2017, 7, 10, 6, 30) + SECOND // 2,
        at(2017, 7, 10, 10),
        at(2017, 7, 10, 12),
    ]


def test_a_day_counts_from_its_end(tmp_path: Path) -> None:
    assert of_time(tmp_path, "2017-12-03", "2017/12/4") == ({}, [at(2017, 12, 4) - 1, at(2017, 12, 5) - 1])
    rejected, times = of_time(tmp_path, "2017-07-10", timezone="America/New_York")  # four hours behind UTC
    assert (rejected, times) == ({}, [at(2017, 7, 11, 4) - 1])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing_time"),
        ("yesterday", "bad_time"),
        ("2017-02-30", "bad_time"),
        ("2017-02-03 25:00", "bad_time"),
        ("1512259200", "bad_time"),
        ("infinity", "bad_time"),
        ("0017-02-03", "time_out_of_range"),
        ("1969-12-31 23:59:59", "time_out_of_range"),
        ("9999-12-31", "time_out_of_range"),
    ],
)
def test_a_time_that_cannot_be_is_rejected(tmp_path: Path, text: str, code: str) -> None:
    assert of_time(tmp_path, text, "2017-01-01") == ({code: 1}, [at(2017, 1, 2) - 1])


def test_amounts_are_rounded_half_to_even_as_written(tmp_path: Path) -> None:
    written = {"3.5": 350, "1.005": 100, "1.015": 102, "2.675": 268, "0": 0, "1e2": 10_000, " 7 ": 700, "": None}
    lines = "".join(f"1,2017-01-01 10:0{n},{text}\n" for n, text in enumerate(written))
    report, events = ingested(tmp_path, "id,time,value\n" + lines, **ORDER)
    assert report.rejected == {}
    assert events["value"].to_list() == list(written.values())
    assert events["currency"].to_list() == ["USD"] * 7 + [None]


def test_amounts_of_a_computation_are_those_of_its_decimals(tmp_path: Path) -> None:
    source = ORDER | {"columns": {"id": "id", "time": "time", "discount": "a + b"}}
    report, events = ingested(tmp_path, "id,time,a,b\n1,2017-01-01,0.1,0.2\n2,2017-01-01,1.01,0.005\n", **source)
    assert report.rejected == {}
    assert events["discount"].to_list() == [30, 102]  # 1.015 → 1.02


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (",2017-01-01,1", "missing_id", "there is no id"),
        ("  ,2017-01-01,1", "missing_id", "there is no id"),
        ("1,2017-01-01,abc", "bad_amount", "value abc is not an amount"),
        ('1,2017-01-01,"1,50"', "bad_amount", "value 1,50 is not an amount"),
        ("1,2017-01-01,nan", "bad_amount", "value nan"),
        ("1,2017-01-01,1e300", "bad_amount", "below 10^12"),
        ("1,2017-01-01,-0.01", "negative_value", "refund"),
        ("1,2017-01-01,1,2", "malformed_row", "line 3 of rows.csv"),
        ("1,2017-01-01", "malformed_row", "line 3 of rows.csv"),
    ],
)
def test_a_bad_row_is_set_aside_with_place_code_and_reason(tmp_path: Path, line: str, code: str, told: str) -> None:
    good = "1,2017-01-01,5\n"
    report, events = ingested(tmp_path, "id,time,value\n" + good + line + "\n" + good, **ORDER)
    assert (report.read, report.accepted, report.rejected) == (3, 2, {code: 1})
    assert events.height == 2
    aside = rejects_of(report).to_dicts()
    assert [(row["source"], row["row"], row["code"]) for row in aside] == [("rows", "2", code)]
    assert told in aside[0]["reason"]
    if code != "malformed_row":
        assert ",".join(str(aside[0][column] or "") for column in ("id", "time", "value")) in line.replace('"', "")


def test_values_that_an_expression_needs_are_rejected_when_they_cannot_be_read(tmp_path: Path) -> None:
    source = ORDER | {"columns": {"id": "id", "time": "time", "value": "price * pieces"}}
    lines = "".join(f"1,2017-01-01,{n}.5,2\n" for n in range(9)) + "1,2017-01-01,free,2\n"
    report, events = ingested(tmp_path, "id,time,price,pieces\n" + lines, **source)
    assert (report.accepted, report.rejected) == (9, {"bad_value": 1})
    assert sorted(events["value"]) == [100 * (2 * n + 1) for n in range(9)]
    assert "the column price holds" in rejects_of(report)["reason"][0]


def test_quantities_and_kinds(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "time", "kind": "what", "quantity": "n", "value": "n"}
    lines = "1,2017-01-01,order,0\n1,2017-01-01,refund,-1\n1,2017-01-01,,1\n1,2017-01-01,view,x\n"
    report, events = ingested(tmp_path, "id,time,what,n\n" + lines, columns=columns)
    assert report.rejected == {"bad_number": 1, "missing_kind": 1}
    assert sorted(events["kind"]) == ["order", "refund"]


def test_the_quantity_of_an_order_is_not_negative(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "time", "quantity": "n"}
    report, events = ingested(tmp_path, "id,time,n\n1,2017-01-01,0\n1,2017-01-01,-1\n", kind="order", columns=columns)
    assert (report.rejected, events["quantity"].to_list()) == ({"negative_quantity": 1}, [0.0])


@pytest.mark.parametrize("kind", ["refund", "cancel"])
def test_what_came_back_tells_how_much(tmp_path: Path, kind: str) -> None:
    columns = {"id": "id", "time": "time", "value": "paid"}
    lines = "id,time,paid\n1,2017-01-01,5\n1,2017-01-02,0\n1,2017-01-03,\n"
    report, events = ingested(tmp_path, lines, kind=kind, columns=columns)
    assert (report.rejected, events["value"].to_list()) == ({"missing_amount": 1}, [500, 0])
    assert "how much came back" in rejects_of(report)["reason"][0]
    (tmp_path / "unmapped").mkdir()
    del columns["value"]
    report, _ = ingested(tmp_path / "unmapped", lines, kind=kind, columns=columns)
    assert report.rejected == {"missing_amount": 3}


def test_what_comes_back_is_positive_whatever_its_sign(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "time", "kind": "what", "value": "paid", "quantity": "n"}
    lines = "a,2017-01-01,Order Refunded,-30,-1\na,2017-01-02,order_cancelled,-3,2\na,2017-01-03,gift,-5,-1\n"
    report, events = ingested(tmp_path, "id,time,what,paid,n\n" + lines, columns=columns)
    assert report.rejected == {}
    told = events.sort("time").select("kind", "value", "quantity").rows()
    assert told == [("refund", 3000, 1), ("cancel", 300, 2), ("gift", -500, -1)]


def test_a_source_of_refunds_has_a_constant_kind(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "time", "value": "paid", "cost": "made_for"}
    _, events = ingested(tmp_path, "id,time,paid,made_for\na,2017-01-01,-30,-7\n", kind="refund", columns=columns)
    assert events.select("value", "cost").rows() == [(3000, 700)]


@pytest.mark.parametrize(
    ("scale", "rating", "code"),
    [
        ("nps", "0", None),
        ("nps", "10", None),
        ("nps", "10.5", "rating_out_of_scale"),
        ("csat", "0", "rating_out_of_scale"),
        ("ces", "7", None),
        ("stars", "6", "rating_out_of_scale"),
        ("smileys", "3", "unknown_scale"),
        ("", "3", "missing_scale"),
        ("", "", None),
    ],
)
def test_a_rating_lies_on_its_scale(tmp_path: Path, scale: str, rating: str, code: str | None) -> None:
    columns = {"id": "id", "time": "time", "rating": "rating", "scale": "scale"}
    text = f"id,time,scale,rating\n1,2017-01-01,{scale},{rating}\n"
    report, _ = ingested(tmp_path, text, kind="survey", columns=columns)
    assert report.rejected == ({code: 1} if code else {})


def test_places_currencies_and_properties(tmp_path: Path) -> None:
    names = ("latitude", "longitude", "currency", "properties")
    columns = {"id": "id", "time": "time"} | {name: name for name in names}
    lines = [
        '59.3,18.1,USD,"{""a"": 1}"',
        "91,18.1,USD,",
        "59.3,181,USD,",
        "59.3,18.1,SEK,",
        "59.3,18.1,usd,[1]",
        "59.3,18.1,,oops",
    ]
    text = "id,time," + ",".join(names) + "\n" + "".join(f"1,2017-01-01,{line}\n" for line in lines)
    report, events = ingested(tmp_path, text, kind="visit", columns=columns)
    assert report.rejected == {"bad_location": 2, "bad_properties": 2, "foreign_currency": 1}
    assert events["properties"].to_list() == ['{"a": 1}']


def test_offers_end_after_they_start(tmp_path: Path) -> None:
    columns = {name: name for name in ("offer_id", "type", "starts", "ends", "item_ids", "cost")}
    text = """\
offer_id,type,starts,ends,item_ids,cost
a,,2017-03-01,2017-03-01,1|2,0.5
b,offer,2017-03-02,2017-03-01,1,
c,gift,,,,
d,action,2017-03-01,9999-12-31,,
,offer,,,,
e,offer,,,,-1
a,offer,,,,
"""
    report, offers = ingested(tmp_path, text, table="offers", columns=columns)
    codes = ("duplicate_offer_id", "ends_before_starts", "missing_offer_id", "negative_cost", "unknown_offer_type")
    assert report.rejected == dict.fromkeys(codes, 1)
    first, open_ended = offers.to_dicts()
    assert (first["type"], first["item_ids"], first["cost"]) == ("offer", ["1", "2"], 50)
    assert (first["starts"], first["ends"]) == (at(2017, 3, 1), at(2017, 3, 2) - 1)
    assert open_ended["ends"] == at(9999, 12, 31) + DAY - 1


def test_of_rows_with_one_id_the_first_is_kept(tmp_path: Path) -> None:
    columns = {"event_id": "n", "id": "id", "time": "time"}
    text = "n,id,time\na,1,2017-01-01\na,2,2017-01-01\nb,3,2017-01-01\n,4,2017-01-01\n,4,2017-01-01\n"
    report, events = ingested(tmp_path, text, kind="visit", columns=columns)
    assert report.rejected == {"duplicate_event_id": 1}
    assert events["id"].to_list() == ["1", "3", "4", "4"]
    assert events["event_id"].n_unique() == 4
    assert rejects_of(report)["row"].to_list() == ["2"]


def test_ids_stay_as_they_came(tmp_path: Path) -> None:
    pl.DataFrame({"id": [1.0, 2.5], "code": [7, 8], "at": [datetime(2017, 1, 1)] * 2}).write_parquet(  # noqa: DTZ001
        tmp_path / "rows.parquet"
    )
    columns = {"id": "id", "time": "at", "item_id": "code"}
    report, events = ingested(tmp_path, "", kind="view", columns=columns, **FROM_PARQUET)
    assert report.rejected == {}
    day = at(2017, 1, 2) - 1  # all of the times are midnights
    assert events.select("id", "item_id", "time").rows() == [("1", "7", day), ("2.5", "8", day)]


@pytest.mark.parametrize(
    ("columns", "code", "told"),
    [
        ({"value": "amuont"}, "unknown_source_column", "did you mean 'amount'?"),
        ({"value": "amount +"}, "bad_expression", "neither a column of the source nor an SQL expression"),
        ({"value": "upper(amuont)"}, "unknown_source_column", "did you mean 'amount'?"),
        ({"value": "strptime(amount)"}, "bad_expression", "cannot be computed"),
        ({"value": "CAST(note AS INTEGER)"}, "bad_expression", "TRY_CAST"),
        ({"time": "amount + 1"}, "wrong_type", "to_timestamp"),
        ({"quantity": "day::DATE"}, "wrong_type", "a number"),
    ],
)
def test_a_mapping_that_cannot_be_is_told_with_its_key(
    tmp_path: Path, columns: dict[str, str], code: str, told: str
) -> None:
    mapped = {"id": "customer", "time": "day"} | columns
    with pytest.raises(StamkundError) as caught:
        ingested(tmp_path, "customer,day,amount,note\n1,2017-01-01,5,hello\n", kind="order", columns=mapped)
    assert caught.value.code == code
    assert told in str(caught.value)
    assert str(caught.value.field).startswith("sources.rows.columns")


CELLS = ["", " ", "1", "-1", "1.5", "abc", "2017-01-01", "2017-01-01 10:00", "nan", "1e400", "Ω", "'", "x|y"]
cell = st.sampled_from(CELLS)


@given(rows=st.lists(st.tuples(cell, cell, cell, cell), max_size=12))
def test_every_row_read_is_accepted_or_rejected(rows: list[tuple[str, ...]]) -> None:
    text = "a,b,c,d\n" + "".join(",".join(row) + "\n" for row in rows)
    columns = {"id": "a", "time": "b", "value": "c", "event_id": "d"}
    with tempfile.TemporaryDirectory() as folder:
        report, events = ingested(Path(folder), text, kind="order", columns=columns)
        assert report.read == sum(any(map(str.strip, row)) for row in rows)  # others are lines of delimiters
        assert report.accepted == events.height
        assert report.read == report.accepted + sum(report.rejected.values())
        assert (rejects_of(report).height if report.rejects else 0) == report.read - report.accepted


def test_kinds_are_known_by_all_their_names_as_over_http(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "time", "kind": "what"}
    names = ("Order Completed", "ORDER", "orders", "Purchase", " order ", "order", "Yoga Class", "yogaClass", "")
    text = "id,time,what\n" + "".join(f"{n},2017-01-0{n},{name}\n" for n, name in enumerate(names, 1))
    report, events = ingested(tmp_path, text, columns=columns)
    assert report.rejected == {"missing_kind": 1}
    assert events.sort("id")["kind"].to_list() == ["order"] * 6 + ["yoga_class"] * 2
    _, constant = ingested(
        tmp_path, "id,time\n1,2017-01-01\n", kind="Order Completed", columns={"id": "id", "time": "time"}
    )
    assert constant["kind"].to_list() == ["order"]


def test_a_line_of_delimiters_alone_is_no_row_and_the_others_keep_their_lines(tmp_path: Path) -> None:
    text = "who,at,note\n7,2024-01-01,\n,,\n8,soon,\n , ,\xa0\n,,\n"
    report, events = ingested(tmp_path, text, kind="visit", columns={"id": "who", "time": "at"})
    assert (report.read, report.rejected, len(events)) == (2, {"bad_time": 1}, 1)
    assert rejects_of(report)["line"].to_list() == ["4"]
