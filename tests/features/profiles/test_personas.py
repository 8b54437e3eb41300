"""Personas: existing groups are recovered, named by their differences, and assigned to single customers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.company import synthetic
from features.language.formulas.evaluation import nearest
from features.profiles.fit import fit_features
from features.profiles.fitted import personas as module
from features.profiles.fitted.personas import FEWEST_PER_GROUP, GROUPS, PHRASES, persona_feature
from features.profiles.frames import profiles_at
from features.units import DAY


def peers(*groups: dict[str, float]) -> pl.DataFrame:
    """A hundred customers of each group, their values scattered a little around the group's."""
    rng = np.random.default_rng(7)
    usual = dict.fromkeys(PHRASES, 1.0)
    frames = [pl.DataFrame({k: v + rng.normal(0, 0.05, 100) for k, v in (usual | g).items()}) for g in groups]
    return pl.concat(frames)


SAMPLES = (
    {"orders_90d": 9.0},
    {"spend_per_order_all": 9.0},
    {"discount_rate_all": 9.0},
    {"weekend_share_all": 9.0},
    {"evening_share_all": 9.0},
)


def test_existing_groups_are_recovered_and_named_by_their_differences() -> None:
    feature = persona_feature(peers(*SAMPLES))
    assert feature is not None
    assert sorted(name.split(", ")[0] for name in feature.vocabulary) == sorted(
        ["buys often", "big baskets", "hunts discounts", "at weekends", "in the evening"]
    )


def test_each_customer_gets_the_persona_of_their_group() -> None:
    everyone = peers(*SAMPLES)
    feature = persona_feature(everyone)
    assert feature is not None
    parameters = np.array(feature.parameters).reshape(-1, len(feature.inputs))
    places = nearest(everyone.select(feature.inputs).to_numpy(), parameters)
    assert [len(set(places[i * 100 : (i + 1) * 100])) for i in range(GROUPS)] == [1] * GROUPS
    assert len(set(places)) == GROUPS
    assert feature.display(places[0]) is not None
    assert str(feature.display(places[0])).startswith("buys often")


def test_too_few_customers_make_no_persona_feature() -> None:
    assert persona_feature(peers(*SAMPLES).head(GROUPS * FEWEST_PER_GROUP - 1)) is None


def test_customers_alike_in_all_but_one_feature_make_no_persona_feature() -> None:
    alike = pl.DataFrame(dict.fromkeys(PHRASES, [1.0] * 300))
    assert persona_feature(alike) is None
    unknown = alike.with_columns(spend_per_order_all=float("nan"), discount_rate_all=float("nan"))
    assert persona_feature(unknown) is None
    assert persona_feature(unknown.with_columns(orders_90d=pl.Series([1.0, 2.0] * 150))) is None


def test_customers_who_differ_in_few_ways_make_no_persona_feature() -> None:
    two_ways = peers({}).head(2).select(pl.all().repeat_by(150).explode())
    assert persona_feature(two_ways) is None


def test_names_are_distinct_however_few_features_vary() -> None:
    # Below the mean in both features, and more so in orders, are the first two of five groups.
    varied = {"orders_90d": [1.0, 2.0, 3.0, 4.0, 5.0] * 60, "weekend_share_all": [0.0, 0.1, 0.2, 0.3, 1.0] * 60}
    feature = persona_feature(pl.DataFrame({**dict.fromkeys(PHRASES, [1.0] * 300), **varied}))
    assert feature is not None
    assert feature.inputs == tuple(varied)
    assert len(set(feature.vocabulary)) == GROUPS
    assert {"buys rarely, on weekdays", "buys rarely, on weekdays 2"} < set(feature.vocabulary)


def test_personas_are_those_of_everybody_who_had_ordered_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEWEST_PER_GROUP", 20)
    lake, then = synthetic.write(tmp_path, 20_000, seed=1), synthetic.END - 200 * DAY
    fitted = fit_features(lake, as_of=then)
    buyers = profiles_at(lake, fitted, as_of=then).filter(pl.col("orders_all") > 0)
    assert fitted.feature("persona") == module.persona_feature(buyers)
    lake.write({"events": lake.scan("events").filter(pl.col("time") <= then).collect()})
    assert fit_features(lake, as_of=then).feature("persona") == fitted.feature("persona")
