from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.moments import iso
from features.reading.iso import parse
from tests.features.reading.test_times import read


def over_http(text: str) -> str | None:
    try:
        return iso(parse(text))
    except StamkundError:
        return None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2017-12-03", "2017-12-03T00:00:00Z"),
        ("2017/12/3", "2017-12-03T00:00:00Z"),
        ("20171203", "2017-12-03T00:00:00Z"),
        ("20171203T101500Z", "2017-12-03T10:15:00Z"),
        ("2017-12-03T10:15:00.123456789Z", "2017-12-03T10:15:00.123456Z"),
        ("2017-12-03T10:15:00.5Z", "2017-12-03T10:15:00.500000Z"),
        ("2017-12-03T10:15", "2017-12-03T10:15:00Z"),
        ("2017-12-03 10:15 +0400", "2017-12-03T06:15:00Z"),
        ("2017-12-03t10:15-03:30", "2017-12-03T13:45:00Z"),
        ("2017-W48-7", None),
        ("2017-337", None),
        ("2017-12-03T24:00", None),
        ("2017-12-03T10:15 PM", None),
        ("2017-12-03T10:15 CET", None),
        ("2017-02-29", None),
        ("0000-01-01", None),
        ("0001-01-01T00:00+02:00", None),
        ("2017-12-03\n", None),
        ("12/3/2017", None),
    ],
)
def test_http_takes_the_year_first_and_digits(text: str, moment: str | None) -> None:
    assert over_http(text) == moment


def digits(most: int) -> st.SearchStrategy[str]:
    return st.integers(0, most).map(lambda number: f"{number:02}")


PARTS = st.tuples(
    st.sampled_from(["2017", "1999", "2100"]),
    st.sampled_from(["-", "/", ".", ""]),
    digits(13),
    digits(31),
    st.sampled_from(["T", " ", ""]),
    digits(24),
    st.sampled_from([":", ""]),
    digits(60),
    st.sampled_from(["", ":30", ".5", ":30.25", ":61"]),
    st.sampled_from(["", "Z", "+04", "+0400", " +04:00", "-15:30", "+16:00", "x"]),
)


@given(PARTS, st.booleans())
@example(parts=("2017", "-", "12", "03", "T", "10", ":", "15", ":30", "Z"), day=False)
def test_files_read_what_http_takes_alike(parts: tuple[str, ...], day: bool) -> None:  # noqa: FBT001
    year, mark, month, date, between, hour, colon, minute, second, zone = parts
    text = f"{year}{mark}{month}{mark}{date}" + ("" if day else f"{between}{hour}{colon}{minute}{second}{zone}")
    assert over_http(text) == read(text)
