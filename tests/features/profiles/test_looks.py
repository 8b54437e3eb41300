from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import Lake, profiles_at
from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.looks import groups, profiles_of
from features.units import DAY
from tests.features.identity.test_laws import Event, histories
from tests.features.identity.test_people import FEATURES, MOMENTS, in_days, lake_of

KINDS = ("order", "visit", "refund")
SHOP = FeatureSet(default_features(Vocabulary(KINDS, (), ())), fitted_at=0)
LOOKS = {"customer_id": pl.String, "as_of": pl.Int64}


@given(events=histories(), picks=st.lists(st.booleans(), min_size=1), few=st.sampled_from([1, 4, 5_000]))
def test_profiles_of_looks_are_those_at_all_moments(events: list[Event], picks: list[bool], few: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        lake = lake_of(Path(folder, "lake"), in_days(events))
        every = profiles_at(lake, FEATURES, as_of=MOMENTS)
        chosen = [picks[place % len(picks)] for place in range(every.height)]
        expected = every.filter(pl.Series(chosen, dtype=pl.Boolean))
        patch.setattr("features.profiles.looks.FEW", few)
        looks = expected.select("customer_id", "as_of").sample(fraction=1.0, shuffle=True, seed=1)
        assert profiles_of(lake, FEATURES, looks).equals(expected, null_equal=True)


@pytest.mark.slow
@settings(max_examples=25)
@given(
    told=st.lists(
        st.tuples(st.sampled_from(["ann", "bob", "cat"]), st.sampled_from(KINDS), *2 * [st.integers(0, 40)]),
        min_size=1, max_size=25,
    ),
    asked=st.lists(st.tuples(st.sampled_from(["ann", "bob", "cat", "dan"]), st.integers(0, 40)), max_size=12),
)  # fmt: skip
def test_few_looks_are_told_by_records_as_by_frames(
    told: list[tuple[str, str, int, int]], asked: list[tuple[str, int]]
) -> None:
    """Events at moments (days) that may become known later; nobody is joined to anybody."""
    rows = [
        {"event_id": str(n), "id": who, "id_type": "user_id", "customer_id": who, "source": "shop", "kind": kind,
         "time": day * DAY, "known_at": max(day, known) * DAY, "value": 100 * n, "order_id": f"o{n}",
         "order_line": 1}
        for n, (who, kind, day, known) in enumerate(told)
    ]  # fmt: skip
    looks = pl.DataFrame([(who, day * DAY) for who, day in asked], schema=LOOKS, orient="row")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        lake = Lake(Path(folder))
        lake.write({"events": pl.DataFrame(rows, infer_schema_length=None)})
        by_records = profiles_of(lake, SHOP, looks)
        patch.setattr("features.profiles.looks.ALONE", 0)
        patch.setattr("features.profiles.looks.records", None)
        assert by_records.equals(profiles_of(lake, SHOP, looks), null_equal=True)


def test_who_has_no_event_yet_has_no_profile(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write({"events": pl.DataFrame({"event_id": ["a"], "customer_id": ["ann"], "time": [5], "kind": ["visit"]})})
    looks = pl.DataFrame({"customer_id": ["ann", "ann", "bob"], "as_of": [4, 5, 5]})
    assert profiles_of(lake, FEATURES, looks).select("customer_id", "as_of").rows() == [("ann", 5)]
    assert profiles_of(lake, FEATURES, looks.clear()).columns == ["customer_id", "as_of", *FEATURES.names]


def test_few_customers_at_very_many_moments_make_few_profiles_more() -> None:
    moments = 2_000
    looks = pl.DataFrame({"customer_id": [f"c{n}" for n in range(moments)], "as_of": range(moments)})
    found = list(groups(looks, few=900))
    assert pl.concat(found).equals(looks)
    assert max(group["customer_id"].n_unique() * group["as_of"].n_unique() for group in found) == 900


def test_the_same_customers_at_all_moments_are_one_group() -> None:
    looks = pl.DataFrame({"as_of": range(50)}).join(pl.DataFrame({"customer_id": ["ann", "bob"]}), how="cross")
    assert len(list(groups(looks, few=1))) == 1
    assert len(list(groups(looks, few=1, most=20))) == 5
