"""A portion of a source: what one build reads of it, all or only what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.config.source import Source
from features.ingest.sources.watermark import SourceWatermark
from features.moments import minute


@dataclass(frozen=True)
class Portion:
    """What is to be read of a source in one build: all of it, or what is new since the ``previous`` watermark.

    ``tables`` holds the files by the names a query gives them; a database has none, and is asked for what came
    ``since`` (µs). ``watermark`` is how far the source is read then; ``in_order`` says that the files come after all
    that were read before, in reading order.
    """

    name: str
    source: Source
    tables: Mapping[str, Sequence[Path]]
    watermark: SourceWatermark
    previous: SourceWatermark | None = None
    since: int = 0
    in_order: bool = True

    @property
    def field(self) -> str:
        """The key of the settings that it stands under."""
        return f"sources.{self.name}"

    @property
    def is_database(self) -> bool:
        """Whether it is read from a database: what its query gives again replaces what it gave before."""
        return not self.tables

    @property
    def description(self) -> str:
        """What is read, in words.

        >>> source = Source.model_validate({"from": "o.csv", "kind": "order", "columns": {"id": "a", "time": "b"}})
        >>> Portion("orders", source, {"orders": []}, SourceWatermark("events", "")).description
        'read whole'
        """
        if self.previous is None:
            return "read whole"
        if self.is_database:
            return f"since {minute(self.since)}"
        count = sum(map(len, self.tables.values()))
        return f"{count:,} new file{'' if count == 1 else 's'}"
