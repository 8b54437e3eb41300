from __future__ import annotations

import numpy as np
import pytest

from features.arrays import Floats
from training.level.history import History, Series
from training.walk.dataset import Dataset
from training.walk.ranges import LEAST, ranges

EACH, HORIZON = 800, 20
MOMENTS = range(10, 90, 10)


def table(growth: float = 0.0) -> Dataset:
    """Amounts that are log-normal around a feature; one in four pays nothing; each moment's are e**growth as high."""
    rng = np.random.default_rng(2)
    as_of = np.repeat(np.array(MOMENTS, dtype=np.int64), EACH)
    x = rng.normal(size=(len(as_of), 2))
    amounts = np.exp(x[:, 0] + 0.5 * rng.normal(size=len(x)) + growth * as_of / 10)
    y = np.where(rng.random(len(x)) < 0.25, 0.0, amounts)
    customers = np.tile(np.arange(EACH), len(MOMENTS)).astype(np.str_)
    return Dataset(x, y, as_of, as_of + HORIZON, customers, np.ones(len(y), dtype=np.bool_))


def told(rows: Dataset) -> Dataset:
    whole, quarter = (Series.of(rows.as_of, rows.y, span, "amount") for span in (HORIZON, HORIZON // 4))
    return Dataset(**{**vars(rows), "history": History(whole, quarter)})


def between(rows: Dataset, ends: Floats) -> float:
    test = rows.where(rows.as_of == 60)
    return float(np.mean((ends[:, 0] <= test.y) & (test.y <= ends[:, 2])))


def test_the_judged_ends_cover_what_none_of_their_parts_had_seen() -> None:
    rows = told(table())
    found = ranges(rows, early=30, late=60, as_of=80)
    assert found is not None
    assert found.test_ends is not None
    assert between(rows.known_by(80), found.test_ends) == pytest.approx(0.8, abs=0.05)
    unknown = rows.known_at > 60
    other = Dataset(**{**vars(rows), "y": np.where(unknown, 9.0, rows.y), "history": rows.history})
    again = ranges(other, early=30, late=60, as_of=80)
    assert again is not None
    assert again.test_ends is not None
    assert again.test_ends.tolist() == found.test_ends.tolist()


def test_ends_are_in_the_level_that_is_forecast() -> None:
    """Each moment's amounts are a tenth higher than the last one's: what is to come is told from the level then."""
    rows = table(0.1)
    found, level = ranges(told(rows), early=30, late=60, as_of=80), rows.where(rows.as_of == 60).y.mean()
    assert found is not None
    assert found.hurdle.scale == pytest.approx(level, rel=0.1)
    alone = ranges(rows, early=30, late=60, as_of=80)  # without a history the last moment known, that at 60
    assert alone is not None
    assert alone.hurdle.scale == pytest.approx(level)


def test_without_a_block_before_the_test_there_is_nothing_to_judge_and_too_few_amounts_tell_nothing() -> None:
    found = ranges(table(), early=None, late=60, as_of=80)
    assert found is not None
    assert found.test_ends is None
    few = table().where(np.arange(len(table())) % EACH < LEAST // 8)
    assert ranges(few, early=30, late=60, as_of=80) is None
