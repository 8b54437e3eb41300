# ruff: noqa: S608  (of the expressions under test)
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.moments import iso, micros
from features.reading.calendar_names import MONTHS, WEEKDAYS
from features.reading.time_forms import time_format
from features.reading.time_sql import time_sql, written_sql


@cache
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


@cache
def reading(timezone: str, format_: str | None, *, last: bool) -> str:
    form = time_format(format_) if format_ else None
    name = f"reading_{abs(hash((timezone, format_, last)))}"
    duck().execute(f"CREATE MACRO {name}(x) AS {time_sql('x', timezone, last=last, form=form)}")
    return name


def read(text: str, timezone: str = "UTC", format_: str | None = None, *, last: bool = False) -> str | None:
    row = duck().execute(f"SELECT {reading(timezone, format_, last=last)}(?)", [text]).fetchone()
    return iso(row[0]) if row and row[0] is not None else None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-01 14:30:00", "2024-05-01T14:30:00Z"),
        ("2024-05-01T14:30", "2024-05-01T14:30:00Z"),
        ("2024/5/1 7:05:09", "2024-05-01T07:05:09Z"),
        ("2024.05.01 14:30", "2024-05-01T14:30:00Z"),
        ("20240501", "2024-05-01T00:00:00Z"),
        ("20240501T143000Z", "2024-05-01T14:30:00Z"),
        ("20240501143000", "2024-05-01T14:30:00Z"),
        ("2024-05-01T14", "2024-05-01T14:00:00Z"),
        ("2024-05-01 14:30:00.25", "2024-05-01T14:30:00.250000Z"),
        ("2024-05-01 14:30:00,1234567", "2024-05-01T14:30:00.123456Z"),
        ("2024-05-01 2:30 PM", "2024-05-01T14:30:00Z"),
        ("2024-05-01 2:30:05 p.m.", "2024-05-01T14:30:05Z"),
        ("2024-05-01 12:30 AM", "2024-05-01T00:30:00Z"),
        ("2024-05-01 12:30pm", "2024-05-01T12:30:00Z"),
        ("2024-05-01 2:30 PM +0200", "2024-05-01T12:30:00Z"),
        ("2024-05-01 21:06:21 +0400", "2024-05-01T17:06:21Z"),
        ("2024-05-01 21:06:21 +04", "2024-05-01T17:06:21Z"),
        ("2024-05-01T21:06:21.5-03:30", "2024-05-02T00:36:21.500000Z"),
        ("2024-05-01 21:06 UTC", "2024-05-01T21:06:00Z"),
        ("2024-05-01 21:06 GMT+0200", "2024-05-01T19:06:00Z"),
        ("2024-05-01 21:06 PST", "2024-05-02T05:06:00Z"),
        ("2024-05-01 21:06 cest", "2024-05-01T19:06:00Z"),
        ("2024-05-01T21:06 Europe/Berlin", "2024-05-01T19:06:00Z"),
        ("2024-05-01T21:06+02:00[Europe/Berlin]", "2024-05-01T19:06:00Z"),
        ("2024-05-01T21:06[America/Argentina/Buenos_Aires]", "2024-05-02T00:06:00Z"),
        ("5 March 2024", "2024-03-05T00:00:00Z"),
        ("5th March 2024 10:00", "2024-03-05T10:00:00Z"),
        ("Mar 5, 2024 at 3:05 pm", "2024-03-05T15:05:00Z"),
        ("5. März 2024, 14:00", "2024-03-05T14:00:00Z"),
        ("5 de marzo de 2024", "2024-03-05T00:00:00Z"),
        ("05-MAR-2024 10:00:00", "2024-03-05T10:00:00Z"),
        ("2024-Mar-05", "2024-03-05T00:00:00Z"),
        ("Tue, 05 Mar 2024 10:00:00 +0100", "2024-03-05T09:00:00Z"),
        ("Wed Aug 27 13:08:45 +0000 2008", "2008-08-27T13:08:45Z"),
        ("  2024-05-01  ", "2024-05-01T00:00:00Z"),
    ],
)
def test_a_time_that_describes_itself_needs_no_format(text: str, moment: str) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-01T21:06:21Z", "2024-05-01T21:06:21Z"),
        ("2024-05-01 21:06:21+04:00", "2024-05-01T17:06:21Z"),
        ("2024-05-01 21:06:21-03:30", "2024-05-02T00:36:21Z"),
        ("  2024-05-01T21:06:21.5Z ", "2024-05-01T21:06:21.500000Z"),
        ("\N{NO-BREAK SPACE}2024-05-01T21:06Z", "2024-05-01T21:06:00Z"),
        (" 2024-05-01 21:06:21  ", "2024-05-01T19:06:21Z"),
        ("2024-05-01T24:00:00Z", None),
    ],
)
def test_an_offset_that_a_time_tells_counts_whatever_zone_its_source_is_in(text: str, moment: str | None) -> None:
    assert read(text, "Europe/Berlin") == moment


@pytest.mark.parametrize(
    "text",
    [
        "01/02/2024", "1.2.2024", "24-05-01", "05-Mar-24", "1512259200", "240501", "2024-W18-3", "2024-122",
        "2024-02-30", "2024-13-01", "2023-02-29 10:00", "2024-05-01 24:00", "2024-05-01 10:60", "2024-05-01 10:00:60",
        "2024-05-01 14:30 PM", "2024-05-01 00:30 AM", "2024-05-01 10:00 IST", "2024-05-01 10:00 CST",
        "2024-05-01 10:00 Foo/Bar", "2024-05-01 10:00+03:00[Europe/Berlin]", "2024-05-01 10:00 or so",
        "2024-05-01x", "2024-05/01", "Mon, 05 Mar 2024", "5 Marx 2024", "noon", "infinity", "2024-05-01 (BC)",
        "2024-05-01 10:00+25:00", "2024-05-01Z", "12024-05-01", "2024-05-0\N{ARABIC-INDIC DIGIT FIVE}",
    ],
)  # fmt: skip
def test_what_is_not_understood_whole_is_no_time(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("format_", "text", "moment"),
    [
        ("%d.%m.%Y", "1.2.2024", "2024-02-01T00:00:00Z"),
        ("%m/%d/%Y", "1/2/2024", "2024-01-02T00:00:00Z"),
        ("%d/%m/%y %H:%M", "31/12/99 23:59", "1999-12-31T23:59:00Z"),
        ("%d/%m/%y", "31/12/68", "2068-12-31T00:00:00Z"),
        ("%y%m%d", "240501", "2024-05-01T00:00:00Z"),
        ("%d%m%Y%H%M", "010520241430", "2024-05-01T14:30:00Z"),
        ("%m/%d/%Y %I:%M %p", "1/2/2024 12:05am", "2024-01-02T00:05:00Z"),
        ("%d %b %Y", "3 déc. 2024", "2024-12-03T00:00:00Z"),
        ("%d. %B %Y", "3. joulukuuta 2024", "2024-12-03T00:00:00Z"),
        ("%d.%m.%Y %H:%M:%S %z", "1.2.2024 10:00:00+0100", "2024-02-01T09:00:00Z"),
        ("%d.%m.%Y %H:%M %z", "1.2.2024 10:00 -05:00", "2024-02-01T15:00:00Z"),
        ("%d.%m.%Y %H:%M Uhr", "1.2.2024 10:00 Uhr", "2024-02-01T10:00:00Z"),
        ("%F %T.%f", "2024-02-01 10:00:00.5", "2024-02-01T10:00:00.500000Z"),
        ("%A %d/%m/%Y", "jeudi 1/2/2024", "2024-02-01T00:00:00Z"),
        ("%d.%m.%Y", "1.2.2024 10:00", None),
        ("%d.%m.%Y", "31.02.2024", None),
        ("%d.%m.%Y", "1.2.24", None),
        ("%d.%m.%y", "1.2.2024", None),
        ("%y%m%d", "24051", None),
        ("%d.%m.%Y %H:%M", "1.2.2024 10:00 PM", None),
        ("%d.%m.%Y %H:%M", "1.2.2024 24:00", None),
        ("%m/%d/%Y %I:%M %p", "1/2/2024 13:05 PM", None),
        ("%d.%m.%Y %H:%M %z", "1.2.2024 10:00", None),
        ("%A %d/%m/%Y", "lundi 1/2/2024", None),
    ],
)
def test_a_format_takes_all_of_a_text_or_nothing(format_: str, text: str, moment: str | None) -> None:
    assert read(text, format_=format_) == moment


@pytest.mark.parametrize(
    ("format_", "told"),
    [
        ("%d.%m.", "no year"),
        ("%Y-%m", "no day"),
        ("%d.%m.%Y %I:%M", "AM or PM"),
        ("%d.%m.%Y %H:%M %p", "AM or PM"),
        ("%d.%m.%Y %q", "%q"),
        ("%d.%m.%Y %", "has the code %;"),
        ("%d.%m.%Y %m", "twice"),
    ],
)
def test_a_format_that_leaves_something_open_is_refused(format_: str, told: str) -> None:
    with pytest.raises(StamkundError, match=told) as caught:
        time_format(format_)
    assert caught.value.code == "bad_format"


DAYS = st.dates(date(1970, 1, 2), date(2099, 12, 30))
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30)).map(lambda t: t.replace(microsecond=0))  # noqa: DTZ001
FORMATS = ("%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%Y%m%d%H%M%S", "%d %b %Y %I:%M:%S %p", "%S-%M-%H %d/%m/%Y")


@given(TIMES, st.sampled_from(FORMATS))
def test_python_writes_what_a_format_reads(moment: datetime, format_: str) -> None:
    assert read(moment.strftime(format_), format_=format_) == iso(micros(moment))


@given(TIMES, st.sampled_from(FORMATS), st.text("0123456789 :./-+APMapmZx", min_size=1, max_size=3))
def test_nothing_that_follows_is_dropped(moment: datetime, format_: str, more: str) -> None:
    read_so = read(moment.strftime(format_) + more, format_=format_)
    assert read_so in ({None, iso(micros(moment))} if not more.strip() else {None})


@given(TIMES, st.sampled_from(("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")))
def test_a_zone_means_what_pythons_does(moment: datetime, zone: str) -> None:
    # fold=0: the first of two hours; an hour left out is the one after it.
    expected = iso(micros(moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)))
    assert read(str(moment), timezone=zone) == expected
    assert read(f"{moment} {zone}") == expected


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-10-27 02:30:00", "2024-10-27T00:30:00Z"),  # comes twice, first two hours ahead of UTC
        ("2024-10-27 02:30:00+01:00", "2024-10-27T01:30:00Z"),
        ("2024-10-27 02:30:00+01:00[Europe/Berlin]", "2024-10-27T01:30:00Z"),
        ("2024-10-27 03:00:00", "2024-10-27T02:00:00Z"),
        ("2024-03-31 02:30:00", "2024-03-31T01:30:00Z"),  # left out; 03:30 in summer time
        ("2024-03-31 03:30:00", "2024-03-31T01:30:00Z"),
    ],
)
def test_hours_that_come_twice_or_not_at_all(text: str, moment: str) -> None:
    assert read(text, timezone="Europe/Berlin") == moment


@given(DAYS, st.sampled_from(("UTC", "Europe/Berlin", "America/Sao_Paulo", "America/Havana")))
def test_a_day_ends_where_the_next_begins(day: date, zone: str) -> None:
    end, following = read(str(day), timezone=zone, last=True), read(str(day + timedelta(days=1)), timezone=zone)
    assert end
    assert following
    assert datetime.fromisoformat(following) - datetime.fromisoformat(end) == timedelta(microseconds=1)


def test_names_of_months_and_days_mean_one_each() -> None:
    for line in ("January Januar januari januar tammikuu janvier enero", "Mar. mars märz marts maaliskuu marzo maart"):
        assert len({MONTHS[name.lower().rstrip(".")] for name in line.split()}) == 1
    assert set(MONTHS.values()) == set(range(1, 13))
    assert set(WEEKDAYS.values()) == set(range(1, 8))


def test_what_is_written_is_seen_without_its_zone() -> None:
    query = f"SELECT {written_sql('x')} FROM (VALUES ('2024-05-01T00:00:00+02:00'), ('2024-05-01')) AS v(x)"
    assert set(duck().execute(query).fetchall()) == {(datetime(2024, 5, 1),)}  # noqa: DTZ001
