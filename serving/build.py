"""A build for the service: the log read back as one more source, the records put in place in one step."""

from __future__ import annotations

from features.build import Built, build
from features.ingest import Progress, silent
from features.lake import Lake
from features.records import records
from features.settings import Settings
from serving.store import log_frame, open_store, replace_records


def build_all(settings: Settings, *, as_of: int, progress: Progress = silent, refit: bool = False) -> Built:
    """Read the sources and the log of HTTP events, write the profiles at ``as_of``, renew the store's records."""
    store = open_store(settings.store_url)
    try:
        log, last = log_frame(store)
        built = build(settings, as_of=as_of, log=log, progress=progress, refit=refit)
        replace_records(store, records(Lake(settings.lake), progress), as_of=as_of, log_seq=last)
    finally:
        store.dispose()
    return built
