"""The build: from sources to the lake, the feature set, and every customer's profile at one moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.errors import StamkundError
from features.evaluate.offline.checkpoint_writer import checkpoint_for
from features.events.knowledge import known_events
from features.files import alone
from features.ingest.ingest import Log, ingest
from features.ingest.report import IngestReport
from features.lake import Lake
from features.language.declare import declare
from features.language.feature import Feature
from features.moments import day, micros, minute, utc
from features.profiles.attributes import attributes_at
from features.profiles.feature_set import FeatureSet
from features.profiles.fit import fit_features
from features.profiles.parquet_file import write_profiles
from features.progress import Progress, silent
from features.units import DAY


@dataclass(frozen=True)
class BuildResult:
    """What a build wrote: the report of its ingest, the features, and the file of all profiles at ``as_of`` (µs).

    ``unused_attributes`` says of those that make no features why, where the build fitted these.
    """

    report: IngestReport
    feature_set: FeatureSet
    customers: int
    path: Path
    as_of: int
    unused_attributes: Mapping[str, str] = field(default_factory=dict)

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
    anew: bool = False,
    accept: Collection[str] = (),
    after: Callable[[IngestReport], None] = lambda _: None,
) -> BuildResult:
    """Ingest what is new in the sources and in the ``log`` of HTTP events, then write every profile at ``as_of``.

    The first build fits the feature set; later ones use it again, so that models and profiles share their features.
    ``refit`` fits it anew, and models must then be trained again. ``anew`` reads all sources anew; ``accept`` are codes
    of guards (:mod:`features.ingest.guards`) that would stop the build. ``after`` is called with the report while no
    other build can begin.

    Raises :class:`StamkundError` ``lake_busy`` while another build runs, ``features_changed`` when the settings of the
    features are not those they were fitted by, ``feature_set_corrupt`` or ``old_feature_set`` when they cannot be read,
    and ``no_customers`` when there is no event up to ``as_of``.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with alone(settings.home):
        feature_set = None if refit or not settings.feature_set.exists() else fitted_features(settings)
        report = ingest(settings, log=log, progress=progress, anew=anew, accept=accept)
        result = _write(settings, report, feature_set, as_of=as_of, progress=progress)
        after(report)
    return result


def _write(
    settings: Settings, report: IngestReport, feature_set: FeatureSet | None, *, as_of: int, progress: Progress
) -> BuildResult:
    """Write the profiles by a feature set, or by one fitted now."""
    lake = Lake(settings.lake)
    unused: Mapping[str, str] = {}
    if feature_set is None:
        feature_set = _fit(settings, lake, as_of=as_of)
        unused = attributes_at(lake, as_of=feature_set.fitted_at).left_out
    path = settings.profiles / f"{utc(as_of):%Y-%m-%dT%H%M%S}.parquet"
    checkpoint = checkpoint_for(lake, feature_set.plan, settings.checkpoint, as_of=as_of)
    customers = write_profiles(lake, feature_set, path, as_of=as_of, checkpoint=checkpoint, progress=progress)
    if not customers:
        raise _no_customers(lake, as_of)
    return BuildResult(report, feature_set, customers, path, as_of, unused)


def _fit(settings: Settings, lake: Lake, *, as_of: int) -> FeatureSet:
    """The features derived from the lake and those that the settings add, saved."""
    derived = fit_features(
        lake,
        as_of=fitting_moment(settings, lake, as_of=as_of),
        categories=settings.features.categories,
        windows=_windows(settings),
        minor_units=settings.minor_units,
        stages=settings.features.stages,
        timezone=settings.timezone,
    )
    feature_set = replace(derived.adding(_added_features(settings)), basis=_fingerprint(settings))
    feature_set.save(settings.feature_set)
    return feature_set


def fitting_moment(settings: Settings, lake: Lake, *, as_of: int) -> int:
    """The moment that features are fitted at: that of the settings, or half-way from the first event to ``as_of``."""
    fitted_at = settings.features.fitted_at
    return _midpoint(lake, as_of) if fitted_at is None else micros(fitted_at, settings.timezone)


def _windows(settings: Settings) -> list[int]:
    """The days that the targets look back and ahead."""
    targets = settings.targets.values()
    spans = [target.horizon for target in targets] + [getattr(target, "active", target.horizon) for target in targets]
    return sorted({span // DAY for span in spans})


def _fingerprint(settings: Settings) -> str:
    """Sixteen hex digits that change when a setting does that the features are derived by."""
    content = (settings.features.model_dump_json(), _windows(settings), settings.minor_units, settings.timezone)
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def fitted_features(settings: Settings) -> FeatureSet:
    """The feature set of an earlier build, if it was fitted by these settings; else ``features_changed`` is raised."""
    feature_set = FeatureSet.load(settings.feature_set)
    if feature_set.basis == _fingerprint(settings):
        return feature_set
    message = (
        "The features were fitted by other settings (features, the targets' windows, minor_units, timezone). "
        "Run `stamkund build --refit`, then `stamkund train`."
    )
    raise StamkundError("features_changed", message, field="features")


def _added_features(settings: Settings) -> Iterator[Feature]:
    """The features that the settings add."""
    for name, declaration in settings.features.add.items():
        yield from declare(name, **declaration.model_dump(), minor_units=settings.minor_units)


def _midpoint(lake: Lake, as_of: int) -> int:
    """Half-way from the first event to ``as_of``: earlier than the moments that models are tested at."""
    past = known_events(lake.scan("events"), as_of).filter(pl.col("customer_id").is_not_null())
    first = past.select(pl.col("time").min()).collect().item()
    if first is None:
        raise _no_customers(lake, as_of)
    return int(first + as_of) // 2


def _no_customers(lake: Lake, as_of: int) -> StamkundError:
    span = lake.scan("events").select(first=pl.col("time").min(), last=pl.col("time").max()).collect().row(0)
    text, (first, last) = f"No customer has an event up to {minute(as_of)}.", span
    step = "Add a source of events."
    if first is not None:
        step = f"The events reach from {day(first)} to {day(last)}: look from a later moment, or map customers' ids."
    return StamkundError("no_customers", f"{text} {step}", field="as_of")
