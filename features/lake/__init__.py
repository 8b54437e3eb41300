"""The lake: Parquet under an atomic manifest."""

from features.lake.draft import WHOLE, Draft
from features.lake.lake import ROW_GROUP, Lake
from features.lake.manifest import FORMAT, first_problem

__all__ = ["FORMAT", "ROW_GROUP", "WHOLE", "Draft", "Lake", "first_problem"]
