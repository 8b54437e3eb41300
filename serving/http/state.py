"""What an answer is made from: settings, models, offers, store, held together so that one answer uses one state."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Engine

from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.lake import Lake
from features.profiles.pairs import Campaign, campaigns
from serving.decisions.catalogue import Catalogue, lines_sold
from serving.decisions.offers import offers_at
from serving.scoring.champions import Lineup, load_lineup
from serving.segment_spec.messages import Door
from serving.store.engine import open_store
from training.registry.versions import champion_versions

log = logging.getLogger("stamkund.serving")
POLL: Final = 10.0  # seconds between looks for a new build or champion


@dataclass(frozen=True)
class State:
    """Everything that start-up can do once, so that a request need not."""

    settings: Settings
    store: Engine
    lake: Lake
    lineup: Lineup | None
    catalogue: Catalogue
    campaigns: Mapping[str, Campaign]
    categories: Mapping[str, str]

    @property
    def units(self) -> int:
        """Minor units in one unit of the currency."""
        return int(10**self.settings.minor_units)

    @cached_property
    def any_assumed(self) -> bool:
        """Whether some offer's value or cost is assumed."""
        return any(offer.assumed for offer in self.catalogue.offers)

    def at(self, moment: int) -> State:
        """The same, with offers worth what was known at an earlier moment: a second's look through the lake."""
        return replace(self, catalogue=_catalogue(self.lake, self.settings, as_of=moment))

    def door(self, now: int) -> Door:
        """How messages that arrive at ``now`` are read."""
        return Door(self.settings.currency, self.settings.minor_units, now, self.categories)


def load_state(settings: Settings, store: Engine | None = None, *, beside: Path, lenient: bool = False) -> State:
    """Load models, offers and campaigns as they are now; carried models are ``beside`` the settings' file.

    With ``lenient``, models that cannot answer are as good as none, and the service says that it has none.
    """
    lake, now = Lake(settings.lake), settings.now()
    items = lake.scan("items").select("item_id", "category").drop_nulls().collect()
    return State(
        settings=settings,
        store=store or open_store(settings.store_url),
        lake=lake,
        lineup=_usable(settings, beside) if lenient else load_lineup(settings, folder=beside),
        catalogue=_catalogue(lake, settings, as_of=now),
        campaigns=campaigns(lake),
        categories=dict(zip(items["item_id"], items["category"], strict=True)),
    )


def _catalogue(lake: Lake, settings: Settings, *, as_of: int) -> Catalogue:
    return Catalogue.of(offers_at(lake, settings, as_of=as_of), lines_sold(lake, as_of=as_of))


def _usable(settings: Settings, beside: Path) -> Lineup | None:
    """The models, or None when they do not fit the features at hand."""
    try:
        return load_lineup(settings, folder=beside)
    except StamkundError as error:
        log.error("%s: %s", error.code, error)
        return None


def fingerprint(settings: Settings) -> Callable[[], object]:
    """What tells that the state has to be loaded anew: another lake, other champions."""
    lake = Lake(settings.lake)
    if settings.serving.models == "carried":
        return lambda: lake.version
    return lambda: (lake.version, champion_versions(settings))


def open_live(config: Path) -> Live:
    """The state that a settings file describes, ready to be renewed."""
    settings = read_settings(config)
    load = partial(load_state, settings, beside=config.resolve().parent)
    return Live(load(lenient=True), load, fingerprint(settings))


class Live:
    """The state of the moment: renewed when a build or a promotion has changed what it was loaded from.

    A request takes ``state`` once and answers from that alone.
    """

    def __init__(self, state: State, reload: Callable[[Engine], State], fingerprint: Callable[[], object]) -> None:
        self.state = state
        self._reload, self._fingerprint = reload, fingerprint
        self._seen = self._fingerprint()
        self._stop = threading.Event()

    def renew(self) -> bool:
        """Load a new state if anything changed; the old one stays when that fails."""
        try:
            seen = self._fingerprint()
            if seen == self._seen:
                return False
            self.state = self._reload(self.state.store)
        except StamkundError as error:  # nothing to try again before something else has changed
            log.error("%s: %s Answering from the last ones.", error.code, error)
            self._seen = seen
            return False
        except Exception:
            log.exception("A new build or champion could not be loaded; answering from the last ones")
            return False
        self._seen = seen
        return True

    def watch(self, every: float = POLL) -> None:
        """Renew in the background until :meth:`close`."""

        def look() -> None:
            while not self._stop.wait(every):
                self.renew()

        threading.Thread(target=look, name="stamkund-watch", daemon=True).start()

    def close(self) -> None:
        """Stop watching and let go of the store."""
        self._stop.set()
        self.state.store.dispose()
