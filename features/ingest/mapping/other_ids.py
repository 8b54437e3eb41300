"""The other identifiers of a row: each as it is read, and all as one column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from features import sql
from features.addresses import BLANKS, Form, form_of, values_sql
from features.events.identifiers import USER, node_sql
from features.events.tables import OTHER_ID
from features.reading.ids import is_missing_id_sql


def ids_sql(others: Sequence[str]) -> str:
    """The SQL of the JSON of other identifiers by their types; null where there are none."""
    names = {column: column.removeprefix(OTHER_ID) for column in sorted(others)}
    told = (
        f"{sql.literal(f'{orjson.dumps(name).decode()}:')} || {_json(sql.name(column), form_of(name))}"
        for column, name in names.items()
    )
    return f"'{{' || nullif(concat_ws(',', {', '.join(told)}), '') || '}}'"


def _json(value: str, form: Form) -> str:
    """The JSON of an identifier's value, or of the list of values that it holds."""
    one = f"CAST(to_json({value}) AS VARCHAR)"
    if form == "text":
        return one
    hashed = f"CASE WHEN starts_with({value}, 'hmac:') THEN string_split({value}, ';') END"
    several = f"CASE WHEN len({hashed}) > 1 THEN {hashed} END"
    return f"coalesce(CAST(to_json(coalesce({several}, {values_sql(value, form)})) AS VARCHAR), {one})"


def other_id(reading: str, missing_ids: Iterable[str]) -> str:
    """The reading of another identifier without blanks around it; what stands for nobody is none."""
    bare = f"trim({reading}, {sql.literal(BLANKS)})"
    return f"CASE WHEN NOT {is_missing_id_sql(bare, missing_ids)} THEN {bare} END"


def fragment_sql(id_type: str, others: Sequence[str]) -> str:
    """The SQL of whom an event is about: its user, or else its own identifier."""
    own, user = node_sql(id_type, "id"), f"{OTHER_ID}{USER}"
    if user not in others:
        return own
    return f"if({id_type} = '{USER}' OR {sql.name(user)} IS NULL, {own}, {node_sql(sql.literal(USER), sql.name(user))})"
