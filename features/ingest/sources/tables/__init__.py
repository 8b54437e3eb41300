"""Tables of files: what each file holds, in which form."""

from features.ingest.sources.tables.applicable import fitting
from features.ingest.sources.tables.opening import open_source, open_tables
from features.ingest.sources.tables.source_table import SourceTable

__all__ = ["SourceTable", "fitting", "open_source", "open_tables"]
