"""What identity tells of the future: visits for orders that they know nothing of, by people known then and known today.

People visit and order independently of each other. They log in only when they order, on a browser whose cookie lives
some weeks. Who joins visits to people by every link that is known today sees more visits of those who order next.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from benchmarks.identity.quality import Figures
from features import FeatureSet, Lake, profiles_at
from features.config.sections.identity import IdentitySettings
from features.identity.links import links_of
from features.identity.people import events_at
from features.identity.resolve import resolve
from features.language.defaults import Vocabulary, default_features
from features.units import DAY

START, DAYS, COOKIE, HORIZON = 1_704_067_200_000_000, 200, 60 * DAY, 28 * DAY
AS_OF, SEED = START + 150 * DAY, 11
VISITS, ORDERS = 12, 2  # a person's, in all
FEATURES = FeatureSet(default_features(Vocabulary(("visit", "order"), (), ())), fitted_at=START)


def measure(_data: Path, folder: Path, people: int = 20_000) -> Figures:
    """The AUC of a person's visits in four weeks for an order in the next four, both ways."""
    events = world(people)
    then, today = Lake(folder / "then"), Lake(folder / "today")
    then.write({"events": events})
    identity = IdentitySettings()
    then.write_people(resolve(links_of(then.scan("events"), identity), identity).tables)
    known_today = events_at(then, as_of=START + DAYS * DAY).filter(pl.col("customer_id").is_not_null())
    today.write({"events": known_today.with_columns(fragment="customer_id").drop("customer_id").collect()})
    ordered = events.filter(
        pl.col("kind") == "order", pl.col("time").is_between(AS_OF, AS_OF + HORIZON, closed="right")
    )
    return {
        "leak_auc": _auc(then, ordered["fragment"], people),
        "naive_leak_auc": _auc(today, ordered["fragment"], people),
    }


def world(people: int) -> pl.DataFrame:
    """The events of so many people who are all known from the beginning."""
    rng = np.random.default_rng(SEED)
    counts: Mapping[str, int] = {"visit": VISITS * people, "order": ORDERS * people}
    frames = [_events(rng, kind, rng.integers(0, people, n), people) for kind, n in counts.items()]
    known = _events(rng, "order", np.arange(people), people).with_columns(
        time=pl.lit(START), ids=pl.lit(None, pl.String)
    )
    events = pl.concat([known, *frames])
    return events.with_columns(event_id=pl.format("e{}", pl.int_range(pl.len())), source=pl.lit("site"), value=100)


def _events(rng: np.random.Generator, kind: str, person: np.ndarray, people: int) -> pl.DataFrame:
    time = START + rng.integers(0, DAYS * DAY, len(person))
    begun = np.random.default_rng(SEED).integers(0, COOKIE, people)[person]
    frame = pl.DataFrame({"time": time, "person": person, "cookie": (time + begun) // COOKIE})
    user, cookie = pl.format("u{}", "person"), pl.format("c{}-{}", "person", "cookie")
    logs_in = kind == "order"
    return frame.select(
        "time",
        pl.lit(kind).alias("kind"),
        pl.lit("user_id" if logs_in else "anonymous_id").alias("id_type"),
        (user if logs_in else cookie).alias("id"),
        (user if logs_in else pl.lit("anonymous_id:") + cookie).alias("fragment"),
        (pl.lit('{"anonymous_id":"') + cookie + '"}' if logs_in else pl.lit(None, pl.String)).alias("ids"),
    )


def _auc(lake: Lake, ordered: pl.Series, people: int) -> float:
    everybody = pl.DataFrame({"customer_id": [f"u{n}" for n in range(people)]})
    visits = profiles_at(lake, FEATURES, as_of=AS_OF).select("customer_id", "visits_28d")
    told = everybody.join(visits, on="customer_id", how="left").with_columns(pl.col("visits_28d").fill_null(0))
    label = told["customer_id"].is_in(ordered.implode())
    return float(roc_auc_score(label.to_numpy(), told["visits_28d"].fill_nan(0).to_numpy()))
