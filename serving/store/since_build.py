"""What the store has learnt since the last build: events, and who was erased."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy.engine import make_url

from features.config.settings import Settings
from serving.store.engine import meta, open_store
from serving.store.erasures import pending_nodes
from serving.store.event_log import log_frame


@dataclass(frozen=True)
class SinceBuild:
    """The ``events`` that came over HTTP (None: there is no store yet), and the nodes of the ``erased``."""

    events: pl.DataFrame | None = None
    erased: frozenset[str] = frozenset()


def since_build(settings: Settings) -> SinceBuild:
    """What came since the last build; this makes no store where there is none."""
    url = make_url(settings.store_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return SinceBuild()
    store = open_store(settings.store_url)
    try:
        return SinceBuild(log_frame(store, int(meta(store).get("log_seq", 0)))[0], pending_nodes(store))
    finally:
        store.dispose()
