"""From sources to profiles: the lake, the feature set, and everyone's profile at one moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.errors import StamkundError
from features.evaluate.offline.checkpoint_writer import checkpoint_for
from features.files import alone
from features.ingest.ingest import Log, ingest
from features.ingest.report import IngestReport
from features.lake import Lake
from features.language.declare import declare
from features.language.feature import Feature
from features.moments import day, micros, minute, utc
from features.profiles.feature_set import FeatureSet
from features.profiles.fit import fit_features
from features.profiles.parquet_file import write_profiles
from features.progress import Progress, silent
from features.units import DAY


@dataclass(frozen=True)
class Built:
    """What a build made: the lake's report, the features, and the file of so many ``customers``' profiles."""

    report: IngestReport
    feature_set: FeatureSet
    customers: int
    path: Path
    as_of: int

    @property
    def profiles(self) -> pl.DataFrame:
        """The profiles, read from their file."""
        return pl.read_parquet(self.path)


def build(
    settings: Settings,
    *,
    as_of: int,
    log: Log | None = None,
    progress: Progress = silent,
    refit: bool = False,
    after: Callable[[IngestReport], None] = lambda _: None,
) -> Built:
    """Read what is new in the sources and in the ``log`` of HTTP events, then write everyone's profile at ``as_of``.

    The feature set is fitted once and kept, so that models and profiles go on speaking of the same features; ``refit``
    derives it anew, and models must then be trained again. ``after`` is done with the new lake before another build
    may begin; while one runs, another is refused.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with alone(settings.home):
        kept = None if refit or not settings.feature_set.exists() else _kept(settings)
        report = ingest(settings, log=log, progress=progress)
        built = _built(settings, report, kept, as_of=as_of, progress=progress)
        after(report)
    return built


def _built(
    settings: Settings, report: IngestReport, kept: FeatureSet | None, *, as_of: int, progress: Progress
) -> Built:
    lake = Lake(settings.lake)
    fitted = kept or _fitted(settings, lake, as_of=as_of)
    path = settings.profiles / f"{utc(as_of):%Y-%m-%dT%H%M%S}.parquet"
    checkpoint = checkpoint_for(lake, fitted.plan, settings.checkpoint, as_of=as_of)
    customers = write_profiles(lake, fitted, path, as_of=as_of, checkpoint=checkpoint, progress=progress)
    if not customers:
        raise _nobody(lake, as_of)
    return Built(report, fitted, customers, path, as_of)


def _fitted(settings: Settings, lake: Lake, *, as_of: int) -> FeatureSet:
    """The features derived from the lake, written down."""
    stated = settings.features.fitted_at
    fitted = fit_features(
        lake,
        as_of=_middle(lake, as_of) if stated is None else micros(stated),
        categories=settings.features.categories,
        windows=_windows(settings),
        minor_units=settings.minor_units,
        stages=settings.features.stages,
    )
    fitted = replace(fitted.adding(_added(settings)), basis=_basis(settings))
    fitted.save(settings.feature_set)
    return fitted


def _windows(settings: Settings) -> list[int]:
    """The days that the targets look back and ahead."""
    return sorted({d // DAY for t in settings.targets.values() for d in (t.horizon, getattr(t, "active", t.horizon))})


def _basis(settings: Settings) -> str:
    """A fingerprint of the settings that the features are derived by."""
    said = (settings.features.model_dump_json(), _windows(settings), settings.minor_units)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _kept(settings: Settings) -> FeatureSet:
    """The features that were fitted before, if the settings still say what they were derived by."""
    fitted = FeatureSet.load(settings.feature_set)
    if fitted.basis == _basis(settings):
        return fitted
    message = (
        "The features were fitted by other settings (features, the targets' windows, minor_units). "
        "Run `stamkund build --refit`, then `stamkund train`."
    )
    raise StamkundError("features_changed", message, field="features")


def _added(settings: Settings) -> Iterator[Feature]:
    """The features that the settings add."""
    for name, given in settings.features.add.items():
        yield from declare(name, **given.model_dump(), minor_units=settings.minor_units)


def _middle(lake: Lake, as_of: int) -> int:
    """Half-way from the first event to ``as_of``: earlier than the moments that models are tested at."""
    past = lake.scan("events").filter(pl.col("time") <= as_of, pl.col("customer_id").is_not_null())
    first = past.select(pl.col("time").min()).collect().item()
    if first is None:
        raise _nobody(lake, as_of)
    return int(first + as_of) // 2


def _nobody(lake: Lake, as_of: int) -> StamkundError:
    span = lake.scan("events").select(first=pl.col("time").min(), last=pl.col("time").max()).collect().row(0)
    known = " to ".join(day(t) for t in span if t is not None)
    text = f"No customer has an event up to {minute(as_of)}."
    return StamkundError("no_customers", f"{text} The events reach from {known or 'nothing'}.", field="as_of")
