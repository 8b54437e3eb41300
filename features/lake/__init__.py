"""The lake: Parquet under an atomic manifest."""

from features.lake.draft import WHOLE, Draft
from features.lake.events_file import ROW_GROUP, write_events
from features.lake.lake import Lake
from features.lake.manifest import FORMAT, first_problem
from features.lake.order_lines import ORDER, number_lines
from features.lake.together import written_together

__all__ = [
    "FORMAT",
    "ORDER",
    "ROW_GROUP",
    "WHOLE",
    "Draft",
    "Lake",
    "first_problem",
    "number_lines",
    "write_events",
    "written_together",
]
