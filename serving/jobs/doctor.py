"""The doctor with everything it can look at: the sources, the events that came over HTTP, and the targets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url

from features.config.settings import Settings
from features.doctor import Diagnosis, Finding, examine
from features.doctor.findings.finding import quantity
from features.errors import StamkundError
from features.progress import Progress, silent
from features.units import DAY
from serving.store.event_log import log_frame
from serving.store.keys import clock
from serving.store.rejections import rejections_by_code
from serving.store.tables.schema import EVENT_LOG, REJECTED
from training.prospects import prospects

LATELY: Final = 7 * DAY  # that rejected messages are told of


def examine_all(settings: Settings, *, as_of: int, progress: Progress = silent) -> Diagnosis:
    """Look at a company's data and say how ready it is, without changing anything of the company's."""
    log, rejected = http_events(settings.store_url), rejected_messages(settings.store_url)
    diagnosis = examine(settings, as_of=as_of, log=log, forecast=prospects, progress=progress)
    return replace(diagnosis, findings=(*rejected, *diagnosis.findings))


def http_events(url: str) -> pl.DataFrame | None:
    """The events that came over HTTP, None when none did; unlike opening the store, this makes nothing."""
    with _store(url, EVENT_LOG) as store:
        log = None if store is None else log_frame(store)[0]
    return None if log is None or log.is_empty() else log


def rejected_messages(url: str) -> list[Finding]:
    """Why messages were rejected in the last days, if any were."""
    with _store(url, REJECTED) as store:
        codes = {} if store is None else rejections_by_code(store, after=clock() - LATELY)
    if not codes:
        return []
    reasons = ", ".join(f"{count:,} {code}" for code, count in codes.items())
    number = quantity(sum(codes.values()), "message")
    text = f"{number} over HTTP were rejected in the last {LATELY // DAY} days: {reasons}."
    return [Finding("messages", "warning", text, "`stamkund rejected` shows them; mend what sends them.")]


@contextmanager
def _store(url: str, table: sa.Table) -> Iterator[Engine | None]:
    """The store, if it is there and has a table."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        yield None
        return
    engine = sa.create_engine(parsed, hide_parameters=True)
    try:
        yield engine if sa.inspect(engine).has_table(table.name) else None
    except sa.exc.DatabaseError:
        display_url = parsed.render_as_string(hide_password=True)
        message = f"The store {display_url} cannot be read. Start it, or correct `store:` in stamkund.yaml."
        raise StamkundError("store_unreadable", message, field="store") from None
    finally:
        engine.dispose()
