"""Fitting the default feature set: its vocabulary, and the features that compare customers with their peers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from features.errors import StamkundError
from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake
from features.language.defaults import WINDOWS, default_features, vocabulary_of, with_unique_names
from features.language.defaults.stages import journey_feature, stage_feature
from features.language.feature import Feature
from features.language.stage_settings import StageSettings
from features.moments import minute
from features.privacy.gatekeeper import EVERYBODY, Pass
from features.profiles.fitted.attributes import attributes_at, tables_alone
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.fitted.personas import persona_feature
from features.profiles.frames import profile_frame
from features.reading.moment import Moment, moment
from features.units import DAY, MINUTE

DEFAULT_STAGES = StageSettings()
MOST_PEERS = 200_000  # customers are enough to say where others stand


def fit_features(
    lake: Lake,
    *,
    as_of: Moment,
    categories: int = 20,
    windows: Sequence[int] = (),
    minor_units: int = 2,
    stages: StageSettings = DEFAULT_STAGES,
    timezone: str = "UTC",
    sensitive: Collection[str] = (),
    predicted: Collection[str] = (),
    allowed: Pass = EVERYBODY,
) -> FeatureSet:
    """The default features for what the events up to ``as_of`` hold; later rows change nothing.

    Raises :class:`StamkundError` ``no_events`` when there is none of a customer.

    Args:
        lake: where the events are.
        as_of: a datetime, day, text in ISO 8601 or µs; no later than the first moment a model is tested at.
        categories: how many categories, the best-selling first, get features of their own.
        windows: days to look back beside the usual ones, such as the horizons of the targets.
        minor_units: decimals of the reporting currency.
        stages: when a customer is in which stage.
        timezone: whose days, weeks and evenings are meant.
        sensitive: attributes that become no features.
        predicted: attributes that targets predict, which become none either.
        allowed: the customers who may be looked at.
    """
    as_of = moment(as_of, timezone=timezone)
    past = allowed.over(known_events(customer_events_at(lake, as_of=as_of), as_of))
    choice = attributes_at(lake, as_of=as_of, sensitive=sensitive, predicted=predicted, allowed=allowed)
    attributes = choice.used
    vocabulary = vocabulary_of(past, attributes, categories=categories)
    if not vocabulary.kinds and not (attributes and tables_alone(lake)):
        raise _no_events(as_of, who="" if allowed is EVERYBODY else " who allows profiles")
    features = default_features(vocabulary, (*WINDOWS, *windows), minor_units=minor_units)
    plain = FeatureSet(features, as_of, timezone=timezone)
    if "order" not in vocabulary.kinds:
        return plain
    is_attribute = {feature.name: feature.formula == "attribute" for feature in plain.features}
    behaviour, of_attributes = ([f for f in plain.features if is_attribute[f.name] == it] for it in (False, True))
    peers = allowed.over(_peers(lake, replace(plain, features=tuple(behaviour)), past, as_of).lazy()).collect()
    if peers.is_empty():
        return plain
    persona = persona_feature(peers)
    stage_features = _stages(peers, vocabulary.kinds, stages)
    fitted = [*_bands(plain, peers), *stage_features, *([persona] if persona else [])]
    return replace(plain, features=with_unique_names([*behaviour, *fitted, *of_attributes]))


def check_events(lake: Lake, as_of: int) -> None:
    """Raise :class:`StamkundError` ``no_events`` when there is none of a customer to derive features from."""
    past = known_events(customer_events_at(lake, as_of=as_of), as_of)
    if not tables_alone(lake) and past.head(1).collect().is_empty():
        raise _no_events(as_of)


def _no_events(as_of: int, who: str = "") -> StamkundError:
    message = (
        f"No event of a customer{who} is known up to {minute(as_of)}: nothing to derive features from. Add events, or "
        "fit at a later moment (`fitted_at` under `features`)."
    )
    return StamkundError("no_events", message)


def _peers(lake: Lake, behaviour: FeatureSet, past: pl.LazyFrame, as_of: int) -> pl.DataFrame:
    """The profiles of the customers with an order; of more than ``MOST_PEERS``, of every n-th by id."""
    buyers = past.filter(pl.col("kind") == "order").select(pl.col("customer_id").unique().sort())
    ids = buyers.collect(engine="streaming")["customer_id"]
    step = -(-len(ids) // MOST_PEERS)
    events = customer_events_at(lake, as_of=as_of)
    if step > 1:
        events = events.filter(pl.col("customer_id").is_in(ids.gather_every(step).implode()))
    profiles = profile_frame(events, behaviour, as_of=as_of)
    return profiles.filter(pl.col("orders_all") > 0)


def _bands(plain: FeatureSet, peers: pl.DataFrame) -> Iterator[Feature]:
    """RFM scores from 1 to 5 (the best) and percentiles, cut at quantiles of the peers."""
    fifths, hundredths = np.linspace(0, 1, 6)[1:-1], np.linspace(0, 1, 101)[1:-1]
    bands = (
        ("rfm_recency", "days_since_last_order", -1, fifths, "recency score, 5 the most recent"),
        ("rfm_frequency", "orders_365d", 1, fifths, "frequency score, 5 the most orders"),
        ("rfm_monetary", "spend_365d", 1, fifths, "monetary score, 5 the most spend"),
        ("spend_90d_percentile", "spend_90d", 1, hundredths, "percentile of spend in the last 90 days"),
        ("orders_90d_percentile", "orders_90d", 1, hundredths, "percentile of orders in the last 90 days"),
    )
    for name, base, sign, quantiles, text in bands:
        values = peers[base].drop_nans().to_numpy() * sign
        cuts = tuple(float(cut) for cut in np.unique(np.quantile(values, quantiles)))
        feature = plain.feature(base)
        yield replace(feature, name=name, unit="band", text=text, scale=feature.scale * sign, cuts=cuts)


def _stages(peers: pl.DataFrame, kinds: Sequence[str], stages: StageSettings) -> Iterator[Feature]:
    """Both stages, with the peers' usual gap and the number of orders of the most loyal of them as thresholds."""
    gap = peers["order_gap_mean_all"].drop_nans().median()
    usual_gap = DAY / MINUTE * (float(gap) if isinstance(gap, float) else 28.0)
    loyal = float(np.quantile(peers["orders_180d"].to_numpy(), stages.loyal))
    yield stage_feature(stages, usual_gap=usual_gap, loyal=loyal)
    journey = journey_feature(stages, kinds, usual_gap=usual_gap)
    if journey is not None:
        yield journey
