"""Where messages are sent, in full and as libraries for browsers shorten it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from serving.segment_spec.event.message_types import TYPES

IMPORT: Final = "/v1/import"
BATCHES: Final = ("/v1/batch", "/v1/b", IMPORT)
PATHS: Final[Mapping[str, str]] = {f"/v1/{name}": type_ for type_ in TYPES for name in (type_, type_[0])}
SHORT: Final = frozenset({"/v1/b", *(f"/v1/{type_[0]}" for type_ in TYPES)})
