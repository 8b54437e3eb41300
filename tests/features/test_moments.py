"""Moments become texts and texts moments, and nothing is lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.moments import day, iso, micros, minute, month, utc
from features.reading.iso import parse

MOMENTS = st.integers(
    micros(datetime.min.replace(tzinfo=UTC)), micros(datetime.max.replace(tzinfo=UTC))
)  # every microsecond that a datetime can be


@given(MOMENTS)
def test_a_moment_and_its_text_are_the_same_to_the_microsecond(moment: int) -> None:
    assert micros(utc(moment)) == moment
    assert parse(iso(moment)) == moment
    assert iso(moment).startswith(day(moment))
    assert minute(moment).startswith(day(moment))
    assert day(moment).startswith(month(moment))


def test_the_last_microsecond_of_time_is_not_rounded_into_the_next_year() -> None:
    # 253,402,300,799.999999 s as a float is 253,402,300,800: the first second of a year that there is not.
    last = 253_402_300_799_999_999
    assert (iso(last), minute(last), day(last)) == ("9999-12-31T23:59:59.999999Z", "9999-12-31 23:59", "9999-12-31")


@pytest.mark.parametrize("text", ["soon", "", "2017-13-01", "2017-12-03T25:00", " 2017-12-03", 5, None, True, ["x"]])
def test_what_is_no_moment_is_told_with_the_forms_that_are(text: object) -> None:
    with pytest.raises(StamkundError, match=r"is not a moment; give ISO 8601, e\.g\. 2017-12-03") as error:
        parse(text, code="bad_date", field="as_of")
    assert (error.value.code, error.value.field) == ("bad_date", "as_of")


def test_the_integers_of_arrays_are_moments_too() -> None:
    assert iso(np.array([86_400_000_001])[0]) == "1970-01-02T00:00:00.000001Z"


@pytest.mark.parametrize(
    ("local", "moment"),
    [
        ("2024-06-01", "2024-05-31T22:00:00Z"),  # a day is its beginning
        ("2024-12-01", "2024-11-30T23:00:00Z"),
        ("2024-06-01T12:00", "2024-06-01T10:00:00Z"),
        ("2024-06-01T12:00Z", "2024-06-01T12:00:00Z"),  # told with its zone
        ("2024-10-27T02:30", "2024-10-27T00:30:00Z"),  # of an hour that comes twice the first
        ("2024-03-31T02:30", "2024-03-31T01:30:00Z"),  # an hour that does not come
    ],
)
def test_a_moment_without_a_zone_is_one_of_the_company(local: str, moment: str) -> None:
    assert iso(parse(local, timezone="Europe/Berlin")) == moment
    read = datetime.fromisoformat(local)
    assert iso(micros(read, "Europe/Berlin")) == moment


def test_the_end_of_a_day_is_its_last_microsecond() -> None:
    assert iso(parse("9999-12-31", day_ends=True)) == "9999-12-31T23:59:59.999999Z"
    assert iso(parse("2024-06-01", day_ends=True, timezone="Europe/Berlin")) == "2024-06-01T21:59:59.999999Z"
