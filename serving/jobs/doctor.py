"""The doctor with everything it can look at: the sources, the events that came over HTTP, and the targets."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from features.config.settings import Settings
from features.doctor import Diagnosis, examine
from features.errors import StamkundError
from features.progress import Progress, silent
from serving.store.event_log import log_frame
from serving.store.schema import EVENT_LOG
from training.prospects import prospects


def examine_all(settings: Settings, *, as_of: int, progress: Progress = silent) -> Diagnosis:
    """Look at a company's data and say how ready it is, without changing anything of the company's."""
    log = http_events(settings.store_url)
    return examine(settings, as_of=as_of, log=log, forecast=prospects, progress=progress)


def http_events(url: str) -> pl.DataFrame | None:
    """The events that came over HTTP, None when none did; unlike opening the store, this makes nothing."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return None
    engine = sa.create_engine(parsed, hide_parameters=True)
    try:
        log = log_frame(engine)[0] if sa.inspect(engine).has_table(EVENT_LOG.name) else None
        return None if log is None or log.is_empty() else log
    except sa.exc.DatabaseError:
        display_url = parsed.render_as_string(hide_password=True)
        message = f"The store {display_url} cannot be read. Start it, or correct `store:` in stamkund.yaml."
        raise StamkundError("store_unreadable", message, field="store") from None
    finally:
        engine.dispose()
