"""Where candidates are kept: a running service, or a company's settings on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.lake import Lake
from serving.http.current.offered import told_elsewhere


class Shop(Protocol):
    """Where candidates are kept: settings, store, and under which campaigns files and rules tell of which ids."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102
    @property
    def store(self) -> Engine: ...  # noqa: D102
    @property
    def elsewhere(self) -> Mapping[str, Sequence[str | None]]: ...  # noqa: D102


@dataclass(frozen=True)
class ShopAtRest:
    """The same without a service."""

    settings: Settings
    store: Engine
    elsewhere: Mapping[str, Sequence[str | None]]


def shop_at_rest(settings: Settings, store: Engine) -> ShopAtRest:
    """What a command needs of a company to see and change its candidates."""
    return ShopAtRest(settings, store, told_elsewhere(Lake(settings.lake), settings))
