"""Nodes: identifiers as texts, so that no two identifiers share one."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

VISITOR_TYPES: Final = ("anonymous_id", "device_id")  # of browsers and devices: no customers yet
_TYPED = "[a-z][a-z0-9_]*:"


def node_column(id_type: pl.Expr, value: pl.Expr) -> pl.Expr:
    """The nodes of identifiers: a user's id as it stands, the value of any other type after its type.

    >>> values = pl.DataFrame({"t": ["user_id", "email", "user_id"], "v": ["u7", "anna@x.se", "email:anna@x.se"]})
    >>> values.select(node_column(pl.col("t"), pl.col("v"))).to_series().to_list()
    ['u7', 'email:anna@x.se', 'user_id:email:anna@x.se']
    """
    return (
        pl.when((id_type == "user_id") & ~value.str.contains(f"^{_TYPED}")).then(value).otherwise(id_type + ":" + value)
    )


def identifier_of(node: str) -> tuple[str, str]:
    """The type and the value of a node.

    >>> identifier_of("u7"), identifier_of("email:anna@x.se"), identifier_of("user_id:email:anna@x.se")
    (('user_id', 'u7'), ('email', 'anna@x.se'), ('user_id', 'email:anna@x.se'))
    """
    if not re.match(_TYPED, node):
        return "user_id", node
    id_type, _, value = node.partition(":")
    return id_type, value
