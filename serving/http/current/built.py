"""What the service knows of the last build without reading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sqlalchemy.engine import Engine

from features.lake import Lake
from serving.store.engine import meta


@dataclass(frozen=True)
class Built:
    """The build that the store's records come from, and the lake; ``as_of`` (µs) is None before the first.

    ``written`` says when the lake was (seconds since 1970); ``is_behind``, that the records are of an older lake.
    """

    as_of: int | None
    records: int
    written: float | None
    is_behind: bool

    @classmethod
    def of(cls, lake: Lake, store: Engine) -> Self:
        """As it is now."""
        last = meta(store)
        as_of = int(last["as_of"]) if "as_of" in last else None
        return cls(as_of, int(last.get("records", 0)), lake.written, as_of is not None and last["lake"] != lake.version)
