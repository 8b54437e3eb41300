"""The lake: Parquet under an atomic manifest."""

from features.lake.draft import WHOLE, Draft
from features.lake.events_file import ROW_GROUP, write_events
from features.lake.lake import Lake
from features.lake.manifest import FORMAT, first_problem

__all__ = ["FORMAT", "ROW_GROUP", "WHOLE", "Draft", "Lake", "first_problem", "write_events"]
