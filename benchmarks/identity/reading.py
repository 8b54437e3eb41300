"""What joining people at each read costs: profiles of a lake of fragments, and of one that is keyed by people."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import perf_counter

import polars as pl

from benchmarks.identity.leak import FEATURES
from benchmarks.identity.quality import Figures
from benchmarks.identity.world import DAYS, PEOPLE, START, world
from features import Lake, write_profiles
from features.config.people.identity import IdentitySettings
from features.identity.links import links_of
from features.identity.people import events_at
from features.identity.resolve import resolve
from features.units import DAY

AS_OF = START + DAYS * DAY
ROUNDS = 3


def measure(_data: Path, folder: Path, people: int = PEOPLE) -> Figures:
    """The seconds of everybody's profiles, both ways by turns; the profiles are equal."""
    fragments, keyed = Lake(folder / "fragments"), Lake(folder / "keyed")
    fragments.write({"events": _with_orders(world(people, people * 50 // 3).events)})
    identity = IdentitySettings()
    fragments.write_people(resolve(links_of(fragments.scan("events"), identity), identity).tables)
    known = events_at(fragments, as_of=AS_OF).filter(pl.col("customer_id").is_not_null())
    keyed.write({"events": known.with_columns(fragment="customer_id").drop("customer_id").collect()})
    seconds: dict[Lake, list[float]] = {fragments: [], keyed: []}
    for _ in range(ROUNDS):
        for lake, taken in seconds.items():
            start = perf_counter()
            write_profiles(lake, FEATURES, folder / f"{lake.path.name}.parquet", as_of=AS_OF)
            taken.append(perf_counter() - start)
    one, other = (pl.read_parquet(folder / f"{lake.path.name}.parquet") for lake in (fragments, keyed))
    assert one.equals(other, null_equal=True), "the profiles differ"
    joined, plain = (median(taken) for taken in seconds.values())
    return {"joined_profiles_seconds": joined, "keyed_profiles_seconds": plain, "join_overhead": joined / plain - 1}


def _with_orders(events: pl.DataFrame) -> pl.DataFrame:
    """The events with what they are about; one in ten is an order."""
    number = pl.int_range(pl.len())
    user = pl.col("id_type") == "user_id"
    return events.with_columns(
        kind=pl.when(number % 10 == 0).then(pl.lit("order")).otherwise(pl.lit("visit")),
        value=100 + number % 900,
        order_line=1,
        order_id="event_id",
        fragment=pl.when(user).then("id").otherwise(pl.col("id_type") + ":" + pl.col("id")),
    )
