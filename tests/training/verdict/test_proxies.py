from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.arrays import Floats
from features.lake import Lake
from features.language.feature import code
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.training.registry.models import MODEL
from training.learners.blend import Blend
from training.verdict.proxies import Proxy, proxies, separation
from training.walk.dataset import Dataset

N = 200  # customers, each with two rows: the first half are women
FEATURE_SET = FeatureSet((code("shop", ("east", "north", "west")),), fitted_at=0)
NAMES = ("height", "noise", "shop", "unused")


@dataclass(frozen=True)
class Reading(Blend):
    """A scorer that reads the first three features."""

    def importance(self) -> Floats:
        return np.array([0.5, 0.3, 0.2, 0.0])


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    who = [f"c{n:03}" for n in range(N)]
    lake = Lake(tmp_path / "lake")
    events = {"event_id": who, "source": "s", "id": who, "customer_id": who, "time": [DAY] * N, "kind": "order"}
    gender = ["f" if n < N // 2 else "m" for n in range(N)]
    income = [str(1000 + n) for n in range(N)]
    customers = {"customer_id": who, "gender": gender, "income": income}
    lake.write({"events": pl.DataFrame(events), "customers": pl.DataFrame(customers)})
    return lake


def rows() -> Dataset:
    """At the second moment: women are shorter, women shop in the east and west, men in the north; noise is noise."""
    woman = np.arange(N) < N // 2
    noise = np.random.default_rng(1).normal(size=N)
    shop = np.where(woman, np.where(np.arange(N) % 3, 0.0, 2.0), 1.0)
    then = np.column_stack([np.where(woman, 0.0, 1.0), noise, shop, np.where(woman, 0.0, 1.0)])
    before = np.zeros_like(then)
    who = np.array([f"c{n:03}" for n in range(N)])
    return Dataset(
        x=np.concatenate([then, before]),
        y=np.zeros(2 * N),
        as_of=np.repeat([2 * DAY, DAY], N),
        known_at=np.full(2 * N, 3 * DAY),
        customers=np.tile(who, 2),
        fresh=np.ones(2 * N, dtype=np.bool_),
    )


MODEL_OF_THREE = replace(MODEL, scorer=Reading({}), feature_names=NAMES, as_of=3 * DAY)


def test_features_that_tell_a_sensitive_attribute_are_flagged_and_others_are_not(lake: Lake) -> None:
    found = proxies(MODEL_OF_THREE, rows(), lake, FEATURE_SET, ["gender"])
    assert found == (Proxy("height", "gender", "f", 1.0), Proxy("shop", "gender", "f", 1.0))  # by code, not by order
    assert "`height` tells for whom the sensitive attribute `gender` is f (AUC 1.00" in found[0].text


def test_many_numbers_are_cut_at_their_median(lake: Lake) -> None:
    found = proxies(MODEL_OF_THREE, rows(), lake, FEATURE_SET, ["income"])  # the women earn less
    assert [(each.feature, each.value) for each in found] == [("height", "above 1099.5"), ("shop", "above 1099.5")]


def test_nothing_is_looked_at_where_nothing_is_sensitive(lake: Lake) -> None:
    assert proxies(MODEL_OF_THREE, rows(), lake, FEATURE_SET, []) == ()
    assert proxies(MODEL_OF_THREE, rows(), lake, FEATURE_SET, ["never_told"]) == ()


def test_too_few_with_a_value_prove_nothing(lake: Lake) -> None:
    few = rows().where(np.tile((np.arange(N) >= N // 2 - 29) & (np.arange(N) < N), 2))  # 29 women, 100 men
    assert proxies(MODEL_OF_THREE, few, lake, FEATURE_SET, ["gender"]) == ()


def test_separation_counts_pairs_and_half_of_the_equal_ones() -> None:
    # of 2 × 2 pairs one is lower, two are higher, one is equal: 2.5 of 4
    assert separation(np.array([1.0, 3.0, 2.0, 1.0]), np.array([True, True, False, False])) == 0.625
