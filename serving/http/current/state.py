"""What answers are made from: settings, models, offers and store as one state, renewed when they change."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.lake import Lake
from features.privacy.rules import ConsentRules
from features.profiles.pairs.campaigns import Campaign
from features.units import SECOND
from serving.decisions.log.catalogue import Catalogue
from serving.decisions.policy.seen import Seen
from serving.decisions.setup import Setup
from serving.http.current.built import Built
from serving.http.current.offered import offered_at
from serving.http.readiness.pulse import Pulse, Standing
from serving.jobs.queue.tending import tend_jobs
from serving.privacy.hashing import check_hashing
from serving.scoring.champions import load_lineup, nothing_built
from serving.scoring.lineup import Lineup
from serving.store.candidates.versions import last_change
from serving.store.commits.checkpoint import checkpoint
from serving.store.engine import open_store, outages_as_errors
from serving.store.outages.outage import outage_of
from serving.store.recent import forget
from serving.telemetry.failures import trace
from training.orders import OrdersModel
from training.registry.versions import champion_versions

log = logging.getLogger("stamkund.serving")
POLL: Final = 10.0  # seconds between checks for a new build or champion
GLANCE: Final = 2.0  # and for candidates that people have changed, which takes one look at the store


@dataclass(frozen=True)
class State:
    """What the service loads once at its start, so that requests find it ready."""

    settings: Settings
    store: Engine
    lake: Lake
    lineup: Lineup | None
    setup: Setup
    campaigns: Mapping[str, Campaign]
    categories: Mapping[str, str]
    lineup_error: StamkundError | None = None
    rules: ConsentRules | None = None
    elsewhere: Mapping[str, Sequence[str | None]] = field(default_factory=dict)  # see Offered
    last_change: tuple[int, int] = (0, 0)
    seen: Seen | None = None

    @property
    def units(self) -> int:
        """Minor units in one unit of the currency."""
        return int(10**self.settings.minor_units)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What decisions are made from now, as the log keeps it."""
        return Catalogue.of(self.setup)

    def required_lineup(self) -> Lineup:
        """Models and features; the error that kept them from being loaded, or ``no_model`` before the first build."""
        if self.lineup is None:
            raise self.lineup_error or nothing_built()
        return self.lineup

    def telling_all(self) -> State:
        """The same state, which tells of each candidate everything that keeps it from being shown."""
        return replace(self, setup=replace(self.setup, telling=replace(self.setup.telling, in_full=True)))

    def with_offers_as_of(self, as_of: int) -> State:
        """The same state, with offers worth what was known at an earlier moment (a second's scan of the lake)."""
        offered = offered_at(self.lake, self.settings, self.store, self.lineup, as_of=as_of, is_past=True)
        return replace(self, setup=offered.setup, seen=offered.seen)

    def look(self) -> None:
        """Take up what came in that caps in total count."""
        if self.seen is not None:
            self.seen.look(as_of=self.settings.now())

    def with_candidates_now(self) -> State:
        """The same state, with the candidates that people keep now."""
        offered = offered_at(self.lake, self.settings, self.store, self.lineup, as_of=self.settings.now())
        return replace(self, **vars(offered))


def load_state(settings: Settings, store: Engine | None = None, *, folder: Path, lenient: bool = False) -> State:
    """Load models, offers and campaigns as they are now; a bento's models are in ``folder``.

    With ``lenient``, models that cannot be used are left out, and ``lineup_error`` says why.
    """
    lake, now, engine = Lake(settings.lake), settings.now(), store or open_store(settings.store_url)
    check_hashing(engine, settings)
    items = lake.scan("items").select("item_id", "category").drop_nulls().collect()
    lineup, error = _usable_lineup(settings, folder) if lenient else (load_lineup(settings, folder=folder), None)
    return State(
        settings=settings,
        store=engine,
        lake=lake,
        lineup=lineup,
        categories=dict(zip(items["item_id"], items["category"], strict=True)),
        lineup_error=error,
        rules=None if settings.consent is None else ConsentRules(settings.consent),
        **vars(offered_at(lake, settings, engine, lineup, as_of=now)),
    )


def _usable_lineup(settings: Settings, folder: Path) -> tuple[Lineup | None, StamkundError | None]:
    """The models, or what keeps them from being used, which requests are then told."""
    try:
        return load_lineup(settings, folder=folder), None
    except StamkundError as error:
        log.error("%s: %s", error.code, error, extra={"event": error.code})
        return None, error


def fingerprint(settings: Settings) -> Callable[[], object]:
    """What differs once the state is out of date: the lake, the features, the champions, and the model of orders."""
    lake = Lake(settings.lake)
    if settings.serving.models == "carried":
        return lambda: lake.version
    written = partial(_written, settings.feature_set)
    return lambda: (lake.version, written(), champion_versions(settings), OrdersModel.load(settings.orders))


def _written(path: Path) -> int | None:
    """When a file was written, in ns; None where there is none."""
    return path.stat().st_mtime_ns if path.is_file() else None


def _built(state: State) -> Built | None:
    """The last build; None where the store does not answer, or the lake cannot be read, which others tell."""
    try:
        return Built.of(state.lake, state.store)
    except (SQLAlchemyError, StamkundError, OSError):
        return None


def open_state(config: Path) -> CurrentState:
    """The state that a settings file describes, ready to be renewed."""
    settings = read_settings(config)
    load = partial(load_state, settings, folder=config.resolve().parent)
    with outages_as_errors():
        limits = settings.serving
        store = open_store(settings.store_url, patience=limits.store_timeout / SECOND, durability=limits.durability)
        return CurrentState(load(store, lenient=True), load, fingerprint(settings))


class CurrentState:
    """The state that answers are made from, renewed after a build or a promotion; a request reads ``state`` once."""

    def __init__(self, state: State, reload: Callable[[Engine], State], fingerprint: Callable[[], object]) -> None:
        self.state, self.pulse, self.built = state, Pulse(state.store), _built(state)
        self._reload, self._fingerprint = reload, fingerprint
        self._loaded = self._latest()
        self._stop = threading.Event()

    @property
    def is_ready(self) -> bool:
        """Whether there are models, and a store that answers and takes events."""
        return self.state.lineup is not None and self.pulse.standing == Standing()

    def renew(self) -> bool:
        """Load a new state if anything changed; the old one stays when that fails."""
        forget()
        self.built = _built(self.state) or self.built
        try:
            latest = self._latest()
            if latest == self._loaded:
                return False
            self.state = self._reload(self.state.store)
        except StamkundError as error:  # nothing to try again before something else has changed
            log.error("%s: %s Answering from the last ones.", error.code, error, extra={"event": error.code})
            self._loaded = latest
            return False
        except Exception as error:
            told = {"event": "not_renewed", "trace": trace(error)}
            log.error("A new build or champion could not be loaded; answering from the last ones.", extra=told)
            return False
        self._loaded = latest
        return True

    def renew_candidates(self) -> bool:
        """Take up what people have changed of candidates, and what was seen; the old ones stay when that fails."""
        try:
            self.state.look()
            if last_change(self.state.store) == self.state.last_change:
                return False
            self.state = self.state.with_candidates_now()
        except Exception as error:
            if outage_of(error) is None:  # the pulse tells of a store that does not answer
                told = {"event": "candidates_not_renewed", "trace": trace(error)}
                log.error("Changes of candidates could not be taken up; deciding by the last ones.", extra=told)
            return False
        return True

    def _latest(self) -> object:
        """The fingerprint now, or why there is none."""
        try:
            return self._fingerprint()
        except StamkundError as error:
            return str(error)

    def watch(self, every: float = POLL) -> None:
        """Renew, see to the jobs, and ask after the store, in the background until :meth:`close`."""

        def poll() -> None:
            glances = max(1, round(every / GLANCE))
            for count in itertools.count(1):
                if self._stop.wait(every / glances):
                    return
                self.renew_candidates()
                with suppress(SQLAlchemyError):  # the pulse tells of a store that does not answer
                    checkpoint(self.state.store)
                if count % glances == 0:
                    self.renew()
                    self._tend()

        threading.Thread(target=poll, name="stamkund-watch", daemon=True).start()
        self.pulse.watch()

    def _tend(self) -> None:
        try:
            tend_jobs(self.state.settings, self.state.store)
        except (SQLAlchemyError, OSError) as error:  # the pulse tells of a store that does not answer
            if outage_of(error) is None:
                extra = {"event": "jobs_not_tended", "trace": trace(error)}
                log.error("The jobs could not be seen to.", extra=extra)

    def close(self) -> None:
        """Stop watching and let go of the store."""
        self._stop.set()
        self.pulse.close()
        self.state.store.dispose()
