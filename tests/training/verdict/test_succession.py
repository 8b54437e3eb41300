from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from features.arrays import Floats
from features.config.sections.targets.targets import Gate
from features.units import DAY
from tests.training.registry.models import MODEL, X
from training.learners.calibration import Platt
from training.learners.model import Model
from training.verdict.succession import succession
from training.walk.dataset import Dataset
from training.walk.walk_forward import WalkForward

# Two hundred customers, each with one outcome, known on day 10; the champion, of day 5, orders them without a mistake.
Y = (X[:, 0] > 0).astype(np.float64)
CHAMPION = replace(MODEL, version=3, as_of=5 * DAY)
NEW = replace(MODEL, as_of=12 * DAY)


def walk(scores: Floats, *, known_on: int = 10) -> WalkForward:
    days = np.full(len(Y), known_on * DAY)
    names = np.array([f"c{n}" for n in range(len(Y))])
    rows = Dataset(X, Y, days - 7 * DAY, days, names, np.ones(len(Y), dtype=np.bool_))
    return WalkForward(MODEL.scorer, Platt(), rows, scores, 0)


def codes(new: Model, champion: Model | None, walked: WalkForward) -> list[str]:
    return [refusal.code for refusal in succession(new, champion, Gate(), walked)]


WORSE = walk(1 - Y)


def test_a_worse_model_is_the_challenger_and_the_numbers_are_told() -> None:
    (refusal,) = succession(NEW, CHAMPION, Gate(), WORSE)
    assert refusal.code == "not_better_than_champion"
    assert re.search(r"200 latest rows.*version 3: AUC 0 against 1\..* 100% of resamples", refusal.message)


def test_a_model_that_is_no_worse_takes_the_place() -> None:
    assert codes(NEW, CHAMPION, walk(Y)) == []
    assert codes(NEW, None, WORSE) == []


def test_a_difference_that_chance_explains_is_none() -> None:
    scores = Y.copy()
    scores[np.flatnonzero(Y)[0]] = -1.0  # one of two hundred at the wrong end: absent from a third of the resamples
    assert codes(NEW, CHAMPION, walk(scores)) == []


@pytest.mark.parametrize(("known_on", "expected"), [(5, []), (6, ["not_better_than_champion"])])
def test_they_are_compared_on_what_the_champion_cannot_have_learnt_from(known_on: int, expected: list[str]) -> None:
    assert codes(NEW, CHAMPION, walk(1 - Y, known_on=known_on)) == expected


@pytest.mark.parametrize(("days", "expected"), [(90, ["not_better_than_champion"]), (91, [])])
def test_a_champion_of_old_makes_way(days: int, expected: list[str]) -> None:
    assert codes(replace(NEW, as_of=(5 + days) * DAY), CHAMPION, WORSE) == expected


def test_a_champion_that_cannot_be_compared_makes_way() -> None:
    assert codes(NEW, replace(CHAMPION, feature_set_hash="tea"), WORSE) == []
    assert codes(NEW, replace(CHAMPION, target=replace(MODEL.target, horizon_us=DAY)), WORSE) == []


def test_a_model_of_the_past_is_no_successor() -> None:
    assert codes(replace(NEW, as_of=4 * DAY), CHAMPION, walk(Y)) == ["older_than_champion"]
