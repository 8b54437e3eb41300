"""The other identifiers of a row: each as it is read, and all as one column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from features import sql
from features.events.identifiers import BLANKS
from features.events.tables import OTHER_ID
from features.reading.ids import is_missing_id_sql


def ids_sql(others: Sequence[str]) -> str:
    """The SQL of the JSON of other identifiers by their types; null where there are none."""
    names = {column: orjson.dumps(column.removeprefix(OTHER_ID)).decode() for column in sorted(others)}
    told = (
        f"{sql.literal(f'{name}:')} || CAST(to_json({sql.name(column)}) AS VARCHAR)" for column, name in names.items()
    )
    return f"'{{' || nullif(concat_ws(',', {', '.join(told)}), '') || '}}'"


def other_id(reading: str, missing_ids: Iterable[str]) -> str:
    """The reading of another identifier without blanks around it; what stands for nobody is none."""
    bare = f"trim({reading}, {sql.literal(BLANKS)})"
    return f"CASE WHEN NOT {is_missing_id_sql(bare, missing_ids)} THEN {bare} END"
