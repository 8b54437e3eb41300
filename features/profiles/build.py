"""The build: from sources to the lake, the feature set, and every customer's profile at one moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.evaluate.offline.blocks import lake_columns
from features.evaluate.offline.checkpoint_writer import checkpoint_for
from features.files import alone
from features.identity.join import join_people
from features.identity.people import People
from features.identity.rulings import Ruling
from features.ingest.http_log import Log
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.ingest.retention import forget_old_events
from features.lake import Lake, written_together
from features.moments import utc
from features.privacy.gatekeeper import EVERYBODY
from features.privacy.tombstones import Tombstones
from features.profiles.consent import gatekeeper_of
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.fitted_features import fit_by_settings, fitted_features, no_customers
from features.profiles.households import households
from features.profiles.parquet_file import write_profiles
from features.progress import Progress, silent
from features.reading.moment import Moment, moment


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
    as_of: Moment,
    log: Log | None = None,
    progress: Progress = silent,
    refit: bool = False,
    anew: bool = False,
    accept: Collection[str] = (),
    rulings: Collection[Ruling] = (),
    after: Callable[[IngestReport], None] = lambda _: None,
    tombstones: Tombstones | None = None,
) -> BuildResult:
    """Ingest what is new in the sources and in the ``log`` of HTTP events, then write every profile at ``as_of``.

    A moment without a zone is one of the company's ``timezone``. The first build fits the feature set; later ones use
    it again, so that models and profiles share their features. ``refit`` fits it anew, and models must then be trained
    again. ``anew`` reads all sources anew; ``accept`` are codes of guards (:mod:`features.ingest.guards`) that would
    stop the build. ``rulings`` are what people said about who is who. ``after`` is called with the report while no
    other build can begin, when nothing is left to do but to put the profiles in their place. Rows of people who were
    erased are refused by ``tombstones``.

    If anything fails, ``after`` too, the lake is again the one of the last build, of which profiles and records are.

    Raises :class:`StamkundError` ``lake_busy`` while another build runs, ``features_changed`` when the settings of the
    features are not those they were fitted by, ``feature_set_corrupt`` or ``old_feature_set`` when they cannot be read,
    and ``no_customers`` when there is no event up to ``as_of``.
    """
    as_of = moment(as_of, timezone=settings.timezone)
    settings.home.mkdir(parents=True, exist_ok=True)
    with alone(settings.home), written_together(Lake(settings.lake)):
        feature_set = None if refit or not settings.feature_set.exists() else fitted_features(settings)
        report = ingest(settings, log=log, progress=progress, anew=anew, accept=accept, tombstones=tombstones)
        report = forget_old_events(settings, report, as_of=as_of)
        report = join_people(settings, report, rulings, progress)
        return _write(settings, report, feature_set, after, as_of=as_of, progress=progress)


def _write(
    settings: Settings,
    report: IngestReport,
    feature_set: FeatureSet | None,
    after: Callable[[IngestReport], None],
    *,
    as_of: int,
    progress: Progress,
) -> BuildResult:
    """Write the profiles by a feature set, or by one fitted now, which is saved with them."""
    lake, is_kept = Lake(settings.lake), feature_set is not None
    keeper, unused = gatekeeper_of(settings, lake), dict[str, str]()
    if feature_set is None:
        feature_set, unused = fit_by_settings(settings, lake, as_of=as_of, keeper=keeper)

    def beside() -> None:
        after(report)
        if not is_kept:
            feature_set.save(settings.feature_set)

    path = settings.profiles / f"{utc(as_of):%Y-%m-%dT%H%M%S}.parquet"
    people, plan = People.at(lake, [as_of]), feature_set.plan
    with people.sorted_events(lake_columns(plan, lake)) as events:
        checkpoint = checkpoint_for(lake, events, plan, settings.checkpoint, as_of=as_of, joined=people.joined)
    allowed = EVERYBODY if keeper is None else keeper.passes("profiles", as_of=as_of)
    customers = write_profiles(
        lake, feature_set, path, as_of=as_of, checkpoint=checkpoint, progress=progress, allowed=allowed,
        homes=households(settings, lake, as_of=as_of, keeper=keeper), beside=beside,
    )  # fmt: skip
    if not path.exists():
        raise no_customers(lake, as_of)
    return BuildResult(report, feature_set, customers, path, as_of, unused)
