"""The level of a year ago: on the very day, also at the moments of the test, and by what was known then."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from features.moments import micros
from features.units import DAY
from tests.training.targets.lakes import lake_of
from training.level.forecast import seasonal
from training.level.history import History
from training.targets.spend import Spend
from training.walk.rows import level_history

SPEND = Spend("spend", event="order", horizon_us=28 * DAY, active_us=28 * DAY)
AS_OF, FIRST = micros(date(2025, 11, 1)), micros(date(2024, 7, 1))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> History:
    """One customer orders for 100 at each noon, for 300 in November and December."""
    noons = range(FIRST + DAY // 2, AS_OF, DAY)
    season = micros(date(2024, 11, 1))
    rows = [
        ("ann", "ann", "user_id", "shop", "order", noon, 300 if season <= noon < season + 61 * DAY else 100)
        for noon in noons
    ]
    columns = ("customer_id", "id", "id_type", "source", "kind", "time", "value")
    lake = lake_of(tmp_path_factory.mktemp("lake"), columns, *rows)
    found = level_history(lake, SPEND, first=FIRST, as_of=AS_OF, scale=1)
    assert found is not None
    return found


@pytest.mark.parametrize("days", [0, 28, 7])
def test_a_season_is_in_sight_to_the_day(told: History, days: int) -> None:
    """On the first of November 28 days at 300 follow 28 at 100; a day later the last of them would be at 300 too."""
    at = AS_OF - days * DAY
    in_season = [micros(date(year, 11, 1)) for year in (2024, 2025)]
    busy = sum(any(s <= noon < s + 61 * DAY for s in in_season) for noon in range(at + DAY // 2, at + 28 * DAY, DAY))
    assert np.exp(seasonal(told.known_by(at), at) or 0.0) == pytest.approx(2800 + 200 * busy, rel=1e-9)
