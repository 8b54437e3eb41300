"""Identifiers: a type, such as ``email``, and a value in the form in which values of that type are compared.

The *node* of an identifier is its text: a user's id as it stands, any other as ``type:value``. A user's id that itself
begins like that is written ``user_id:…``, so that no two identifiers share a node.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import orjson
import polars as pl

from features import sql
from features.addresses import USUAL_FORMS, form_of, normal, normal_sql
from features.errors import StamkundError

USER: Final = "user_id"  # the type of a customer's own id
VISITOR_TYPES: Final = ("anonymous_id", "device_id")  # of browsers and devices: nobody is their customer by themselves
TYPE: Final = "[a-z][a-z0-9_]*"  # how a type is written


def node(id_type: str, value: str) -> str:
    """The node of an identifier; a :class:`StamkundError` where its type is none.

    >>> node("user_id", "7"), node("email", "Anna@X.se"), node("user_id", "email:anna@x.se")
    ('7', 'email:anna@x.se', 'user_id:email:anna@x.se')
    """
    if id_type == USER:
        return f"{USER}:{value}" if re.match(f"{TYPE}:", value) else value
    if not re.fullmatch(TYPE, id_type):
        raise StamkundError("bad_id_type", id_type=id_type[:60], field="id_type")
    return f"{id_type}:{normal(value, form_of(id_type))}"


def node_sql(id_type: str, value: str) -> str:
    """The same of two SQL texts; an error of the type is a rule of events (:mod:`features.events.rules.rule_book`)."""
    user = f"if(contains({value}, ':') AND regexp_matches({value}, '^{TYPE}:'), '{USER}:' || {value}, {value})"
    forms = (f"WHEN {sql.literal(name)} THEN {normal_sql(value, form)}" for name, form in USUAL_FORMS.items())
    typed = f"{id_type} || ':' || CASE {id_type} {' '.join(forms)} ELSE {value} END"
    return f"if({id_type} = '{USER}', {user}, {typed})"


def identifier(node: str) -> tuple[str, str]:
    """The type and the value of a node.

    >>> identifier("7"), identifier("email:anna@x.se"), identifier("user_id:email:anna@x.se")
    (('user_id', '7'), ('email', 'anna@x.se'), ('user_id', 'email:anna@x.se'))
    """
    if not re.match(f"{TYPE}:", node):
        return USER, node
    id_type, _, value = node.partition(":")
    return id_type, value


def others_in(ids: str | None) -> list[tuple[str, str]]:
    """The types and values in the JSON of an event's other identifiers.

    >>> others_in('{"email": ["a@x.se", "b@x.se"], "user_id": "7"}')
    [('email', 'a@x.se'), ('email', 'b@x.se'), ('user_id', '7')]
    """
    told = orjson.loads(ids) if ids else {}
    listed = ((id_type, value if isinstance(value, list) else [value]) for id_type, value in told.items())
    return [(id_type, str(value)) for id_type, values in listed for value in values]


def others_text(others: Iterable[tuple[str, str]]) -> str | None:
    """The JSON of types and values: of each type a value, or a list of them; None when there are none."""
    by_type: dict[str, list[str]] = {}
    for id_type, value in others:
        by_type.setdefault(id_type, []).append(value)
    told = {id_type: values[0] if len(values) == 1 else values for id_type, values in by_type.items()}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode() if told else None


def is_visitor(node: str) -> bool:
    """Whether a node is a browser's or a device's.

    >>> is_visitor("anonymous_id:f00"), is_visitor("7")
    (True, False)
    """
    return node.startswith(_VISITORS)


def visitors(nodes: pl.Expr) -> pl.Expr:
    """The same of a column of nodes."""
    return pl.any_horizontal(nodes.str.starts_with(prefix) for prefix in _VISITORS)


_VISITORS: Final = tuple(f"{id_type}:" for id_type in VISITOR_TYPES)
