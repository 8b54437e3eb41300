"""A build for the service: the log read back as one more source, the records put in place in one step."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.evaluate.online.record import FORMAT, RECORD_NUMBERS, RECORD_TEXTS
from features.identity.people import customers_of
from features.ingest.report import IngestReport
from features.lake import Lake
from features.profiles.build import BuildResult, build
from features.profiles.records import records
from features.progress import Progress, silent
from serving.store.engine import meta, open_store
from serving.store.event_log import log_frame
from serving.store.records import replace_records, update_records


def build_all(
    settings: Settings,
    *,
    as_of: int,
    progress: Progress = silent,
    refit: bool = False,
    anew: bool = False,
    accept: Collection[str] = (),
) -> BuildResult:
    """Read what is new in the sources and the log, write the profiles at ``as_of``, renew the store's records.

    Only the records of customers with new events or attributes are made anew, if the others are of the lake version
    that was added to.
    """
    store = open_store(settings.store_url)
    renew = partial(_renew, store, Lake(settings.lake), as_of=as_of, progress=progress)
    run = partial(build, settings, as_of=as_of, log=partial(log_frame, store), progress=progress, after=renew)
    try:
        return run(refit=refit, anew=anew, accept=accept)
    finally:
        store.dispose()


def _renew(store: Engine, lake: Lake, report: IngestReport, *, as_of: int, progress: Progress) -> None:
    adds = report.fragments is not None and meta(store).get("lake") == _records_version(report.before)
    customers = customers_of(lake, report.fragments or (), as_of=as_of) if adds else None
    version = _records_version(report.version)
    new_records = records(lake, customers, progress, as_of=as_of)
    if customers is None:
        replace_records(store, new_records, as_of=as_of, log_seq=report.log, lake=version)
    else:
        update_records(store, new_records, customers, as_of=as_of, log_seq=report.log, lake=version)


def _records_version(lake_version: str) -> str:
    """What changes when records must be made anew: the lake's version, their own format, the columns that they hold."""
    return " ".join([lake_version, FORMAT, *RECORD_NUMBERS, *RECORD_TEXTS])
