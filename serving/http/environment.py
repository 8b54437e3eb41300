"""The process that the service runs in: which settings it serves, what it logs, and what it cannot start with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from features.config.settings import read_settings
from features.errors import StamkundError
from features.lake import Lake
from serving.http.access.nearness import is_loopback
from serving.store.engine import open_store, opened_store, outages_as_errors
from serving.store.keys import all_keys, clock
from serving.store.outages.outage import UNAVAILABLE

CONFIG: Final = "STAMKUND_CONFIG"  # the environment variable that names the settings file


def config_path() -> Path:
    """The settings file that this process serves."""
    return Path(os.environ.get(CONFIG, "stamkund.yaml"))


def check_lake(config: Path | str) -> None:
    """Raise the error of a settings file, or of its lake, that no service can be started with."""
    Lake(read_settings(config).lake).verified_manifest()


def check_store(config: Path | str) -> None:
    """Raise ``store_unavailable`` where no service can be started because the database is not there."""
    url = read_settings(config).store_url
    where = make_url(url).render_as_string(hide_password=True)
    text = f"The store {where} does not answer. Start it, or correct `store:` in {config}."
    with outages_as_errors(StamkundError(UNAVAILABLE, text)):
        open_store(url).dispose()


def check_keys(config: Path | str, host: str) -> None:
    """Raise ``no_keys`` where others than this machine could ask, and no key says who may."""
    if is_loopback(host):
        return
    with outages_as_errors(), opened_store(read_settings(config)) as store:
        states = {key.state(clock()) for key in all_keys(store)}
    if "valid" not in states:
        message = (
            f"On {host} others could ask about customers, and the store holds no key. Make one with "
            "`stamkund keys create NAME --scope read`, or listen on 127.0.0.1."
        )
        raise StamkundError("no_keys", message, field="host")
