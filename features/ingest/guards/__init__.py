"""Guards of a scheduled build: what sources give now is compared with what they gave before, and refused or accepted.

============== ========================================================================================================
code           the build stops because, of a source whose settings are those of the last build,
============== ========================================================================================================
missing_file   a file that was read before is gone, and its rows would vanish with it
fewer_rows     it is read whole and has less than half as many rows as before
changed_type   a mapped column is of another type (text, number, time …) than before
empty_column   a column that was filled in nine of ten rows is empty in all new rows, three or more
more_rejected  more than half of the new rows, three or more, are rejected, and more than before by a tenth of the rows
============== ========================================================================================================

It stops too where the settings name what nobody has, which would be passed over without a word: an attribute of
customers (``unknown_attribute``), a kind of event (``unknown_kind``).

Rows that repeat others are not counted as rejected here. A first build has nothing to compare with.
"""

from features.ingest.guards.comparison import check_files, check_rows, unusual
from features.ingest.guards.names import check_names, correction, unknown_names
from features.ingest.guards.surprise import ACCEPTABLE, Surprise, check_codes

__all__ = [
    "ACCEPTABLE",
    "Surprise",
    "check_codes",
    "check_files",
    "check_names",
    "check_rows",
    "correction",
    "unknown_names",
    "unusual",
]
