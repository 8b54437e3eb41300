"""The values of identifiers written alike: one rule for single values and for columns of them."""

from __future__ import annotations

import re
from functools import lru_cache

import polars as pl

from features.addresses import form_of, normal
from features.config.sections.identity import IdentifierType, IdentitySettings
from features.events.identifiers import TYPE, USER, identifier, node


def plain(value: str, kind: IdentifierType) -> str:
    """A value as its type writes it: as everywhere, and a phone number of a region with the code of its country.

    >>> plain(" Anna@Example.SE ", IdentifierType(form="email"))
    'anna@example.se'
    >>> swedish = IdentifierType(form="phone", region="SE")
    >>> [plain(number, swedish) for number in ("070-123 45 67", "+46 (0)70 123 45 67", "0046701234567", "ask Anna")]
    ['+46701234567', '+46701234567', '+46701234567', 'ask Anna']
    """
    if kind.region is None:
        return normal(value, kind.form)
    number = normal(value.replace("(0)", ""), kind.form)
    if not re.fullmatch("[0-9]+", number):
        return number
    if number.startswith("00"):
        return f"+{number[2:]}"
    country, trunk = _prefixes(kind.region)
    return f"+{country}{number.removeprefix(trunk)}"


def plain_node(key: str, identity: IdentitySettings | None) -> str:
    """The node that an identifier is compared by, however it is written.

    >>> cards = IdentitySettings.model_validate({"types": {"user_id": {}, "work_mail": {"form": "email"}}})
    >>> plain_node("work_mail:A@x.se", cards), plain_node("loyalty_card:A", cards)
    ('work_mail:a@x.se', 'loyalty_card:A')
    """
    id_type, value = identifier(key)
    kind = None if identity is None else identity.types.get(id_type)
    return key if kind is None or kind.form == "text" else f"{id_type}:{plain(value, kind)}"


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
    nodes = types + ":" + pl.Series([plain(value, kind) for value in values], dtype=pl.String)
    usual = kind.region is None and (types == kind.form).all() and form_of(kind.form) == kind.form
    fragments = nodes if usual else pl.Series([*map(node, types.to_list(), values)], dtype=pl.String)
    return identifiers.with_columns(fragments.alias("fragment"), nodes.alias("node"))


def _node(id_type: pl.Expr, value: pl.Expr) -> pl.Expr:
    bare = (id_type == USER) & ~value.str.contains(f"^{TYPE}:")
    return pl.when(bare).then(value).otherwise(id_type + ":" + value)


@lru_cache
def _prefixes(region: str) -> tuple[int, str]:
    """The code of a region's country, and what its people dial before a number within it."""
    from phonenumbers import country_code_for_region, ndd_prefix_for_region  # noqa: PLC0415  (large)

    return country_code_for_region(region), ndd_prefix_for_region(region, strip_non_digits=True) or ""
