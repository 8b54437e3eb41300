from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from features.errors import StamkundError
from features.reading.moment import Moment, moment, moments_of

NOON = 1_704_110_400_000_000  # 2024-01-01T12:00Z


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        np.int64(NOON),
        "2024-01-01T12:00Z",
        "2024-01-01T13:00+01:00",
        datetime(2024, 1, 1, 12, tzinfo=UTC),
        datetime(2024, 1, 1, 12),  # noqa: DTZ001
        pd.Timestamp("2024-01-01 13:00", tz="Europe/Stockholm"),
        np.datetime64("2024-01-01T12:00"),
        pl.Series([datetime(2024, 1, 1, 12)])[0],  # noqa: DTZ001
    ],
)
def test_one_moment_in_many_forms(value: Moment) -> None:
    assert moment(value) == NOON


def test_what_tells_no_zone_is_local_time_and_a_day_begins_there() -> None:
    hour = 3_600_000_000
    assert moment(np.datetime64("2024-01-01T12:00"), timezone="Europe/Stockholm") == NOON - hour
    assert moment(date(2024, 1, 1), timezone="Europe/Stockholm") == NOON - 13 * hour


@pytest.mark.parametrize("value", [pd.NaT, np.datetime64("NaT"), None, True, 1.5, "tomorrow", "01/02/2024"])
def test_what_is_no_moment_is_refused(value: Moment) -> None:
    with pytest.raises(StamkundError, match="is not a moment") as refused:
        moment(value)
    assert (refused.value.code, refused.value.field) == ("bad_time", "as_of")


@pytest.mark.parametrize("kind", [list, pd.Series, pl.Series, pd.DatetimeIndex])
def test_several_moments_of_any_kind(kind: type) -> None:
    assert moments_of(kind([datetime(2024, 1, 1, 12), datetime(1970, 1, 1)])) == [NOON, 0]  # noqa: DTZ001
