"""Tombstones: what is left of erased people, so that they do not come back by another door.

A tombstone is a keyed hash of an identifier, which only whoever has the key can tie to it: a pseudonym. It refuses rows
up to a moment.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from features.config.locations import expand
from features.config.settings import Settings
from features.hashes import keyed_hash

FOR_EVER: Final = 2**63 - 1
KEY_FILE: Final = "privacy.key"


@dataclass(frozen=True)
class Tombstones:
    """``hashes`` tell up to which moment (µs) rows are refused; ``plain`` how all spellings of a node are written.

    >>> key = b"secret"
    >>> tombstones = Tombstones(key, {keyed_hash(key, "7"): 1_000})
    >>> tombstones.until("7"), tombstones.until("8")
    (1000, None)
    """

    key: bytes = field(repr=False)
    hashes: Mapping[str, int]
    plain: Callable[[str], str] = lambda node: node

    def until(self, node: str) -> int | None:
        """Up to which moment rows of an identifier are refused; None for one that was never erased."""
        spellings = {node, self.plain(node)}
        return max((m for each in spellings if (m := self.hashes.get(keyed_hash(self.key, each)))), default=None)


def privacy_key(settings: Settings) -> bytes:
    """The key of the settings (``privacy: {key: …}``), or else one that is made once and kept in the home."""
    if settings.privacy.key is not None:
        return expand(settings.privacy.key, field="privacy.key").encode()
    file = settings.home / KEY_FILE
    if not file.is_file():
        _make(file)
    return file.read_bytes()


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # made by another process just now
        return
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_hex(32))
