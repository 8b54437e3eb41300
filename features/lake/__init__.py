"""The lake: Parquet under an atomic manifest."""

from features.lake.lake import ROW_GROUP, WHOLE, Draft, Lake

__all__ = ["ROW_GROUP", "WHOLE", "Draft", "Lake"]
