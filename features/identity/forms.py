"""The values of identifiers written alike: one rule for single values and for columns of them."""

from __future__ import annotations

import polars as pl

from features.addresses import form_of
from features.config.sections.identifier_type import IdentifierType
from features.config.sections.identity import IdentitySettings
from features.events.identifiers import TYPE, USER, identifier, node


def plain_node(key: str, identity: IdentitySettings | None) -> str:
    """The node that an identifier is compared by, however it is written.

    >>> cards = IdentitySettings.model_validate({"types": {"user_id": {}, "work_mail": {"form": "email"}}})
    >>> plain_node("work_mail:A@x.se", cards), plain_node("loyalty_card:A", cards)
    ('work_mail:a@x.se', 'loyalty_card:A')
    """
    id_type, value = identifier(key)
    kind = None if identity is None else identity.types.get(id_type)
    return key if kind is None or kind.form == "text" else f"{id_type}:{kind.plain(value)}"


def with_nodes(identifiers: pl.DataFrame, kind: IdentifierType) -> pl.DataFrame:
    """Identifiers of one type (``id_type, id``), each with its ``fragment`` and the ``node`` that it is compared by.

    >>> cards = pl.DataFrame({"id_type": ["work_mail"], "id": ["A@x.se"]})
    >>> with_nodes(cards, IdentifierType(form="email")).row(0)
    ('work_mail', 'A@x.se', 'work_mail:A@x.se', 'work_mail:a@x.se')
    """
    if kind.form == "text":
        text = _node(pl.col("id_type"), pl.col("id"))
        return identifiers.with_columns(fragment=text, node=text)
    values, types = identifiers["id"].to_list(), identifiers["id_type"]
    nodes = types + ":" + pl.Series([kind.plain(value) for value in values], dtype=pl.String)
    usual = kind.region is None and (types == kind.form).all() and form_of(kind.form) == kind.form
    fragments = nodes if usual else pl.Series([*map(node, types.to_list(), values)], dtype=pl.String)
    return identifiers.with_columns(fragments.alias("fragment"), nodes.alias("node"))


def _node(id_type: pl.Expr, value: pl.Expr) -> pl.Expr:
    bare = (id_type == USER) & ~value.str.contains(f"^{TYPE}:")
    return pl.when(bare).then(value).otherwise(id_type + ":" + value)
