"""What joining people at each read costs: profiles of a lake of fragments, and of one that is keyed by people.

Three events in ten are those of cookies that belong to somebody: 200,000 of them in five million events. Both lakes
hold a file a month, as builds write them.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import perf_counter

import polars as pl

from benchmarks.company import synthetic
from benchmarks.identity.quality import Figures
from benchmarks.tasks import AS_OF, FITTED_AT, SEED
from features import Lake, fit_features, write_profiles
from features.identity.fold import ALWAYS, NEVER

EVENTS, ROUNDS, COOKIES = 5_000_000, 5, 3  # of each customer


def measure(_data: Path, folder: Path, events: int = EVENTS) -> Figures:
    """The seconds of everybody's profiles, both ways by turns; the profiles are equal."""
    world, keyed, fragments = (Lake(folder / name) for name in ("world", "keyed", "fragments"))
    synthetic.write(world.path, events, seed=SEED)
    feature_set = fit_features(world, as_of=FITTED_AT)
    keyed.write({"events": world.scan("events").collect(), "customers": world.scan("customers").collect()})
    joined = _with_cookies(keyed, fragments)
    seconds: dict[Lake, list[float]] = {fragments: [], keyed: []}
    for _ in range(ROUNDS):
        for lake, taken in seconds.items():
            start = perf_counter()
            write_profiles(lake, feature_set, folder / f"{lake.path.name}.parquet", as_of=AS_OF)
            taken.append(perf_counter() - start)
    one, other = (pl.read_parquet(folder / f"{lake.path.name}.parquet") for lake in (fragments, keyed))
    assert one.equals(other, null_equal=True), "the profiles differ"
    by_join, plain = (median(taken) for taken in seconds.values())
    figures = {"joined_fragments": float(joined), "joined_profiles_seconds": by_join, "keyed_profiles_seconds": plain}
    ratios = [
        a / b for a, b in zip(*seconds.values(), strict=True)
    ]  # of each round: the machine may have others to serve
    return {**figures, "join_overhead": median(ratios) - 1}


def _with_cookies(keyed: Lake, fragments: Lake) -> int:
    """The same lake, some of whose events know only the cookie; how many cookies there are."""
    events = keyed.scan("events").filter(~pl.col("fragment").str.starts_with("anonymous_id:")).collect()
    number = pl.col("event_id").hash(seed=SEED)
    cookie = pl.format("anonymous_id:{}-{}", "fragment", number % COOKIES)
    moved = events.with_columns(fragment=pl.when(number // COOKIES % 10 < 3).then(cookie).otherwise("fragment"))
    fragments.write({"events": moved, "customers": keyed.scan("customers").collect()})
    pairs = pl.DataFrame({"fragment": moved["fragment"], "customer_id": events["fragment"]})
    persons = (
        pairs.unique()
        .filter(pl.col("fragment") != pl.col("customer_id"))
        .with_columns(pl.lit(ALWAYS).alias("from"), pl.lit(NEVER).alias("to"), nobody_from=pl.lit(None, pl.Int64))
    )
    fragments.write_people({"persons": persons.sort("fragment")})
    return persons.height
