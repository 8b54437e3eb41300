"""Candidates that people keep in the store, as rows of the table of offers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final

import orjson
import polars as pl

from features.config.settings import Settings
from features.events.money import minor_units
from features.events.tables import OFFERS, Role, schema
from features.reading.iso import parse

BESIDE: Final = "beside:"  # the column with what they tell that has no column in the lake, as JSON


def kept_table(contents: Mapping[str, Mapping[str, Any]], settings: Settings) -> pl.DataFrame | None:
    """The candidates with these contents, by id; None where there are none."""
    if not contents:
        return None
    declared = settings.decisions.candidates.columns if settings.decisions is not None else {}
    rows = [_row(id_, content, declared, settings.minor_units) for id_, content in contents.items()]
    return pl.DataFrame(rows, schema={**schema("offers"), BESIDE: pl.String()})


def with_kept(offers: pl.DataFrame, kept: pl.DataFrame | None) -> pl.DataFrame:
    """Offers, where what is kept under an id takes the place of all that others say under it, of any campaign.

    >>> offers, kept = pl.DataFrame({"offer_id": ["a", "b"]}), pl.DataFrame({"offer_id": ["a"], "value": [9]})
    >>> with_kept(offers, kept).rows()
    [('a', 9), ('b', None)]
    """
    return offers if kept is None else pl.concat([kept, offers.join(kept, on="offer_id", how="anti")], how="diagonal")


def _row(id_: str, content: Mapping[str, Any], declared: Collection[str], decimals: int) -> dict[str, object]:
    row = {name: _read(content.get(name), role, decimals) for name, role in OFFERS.items()}
    row |= {"offer_id": id_, "name": content.get("name") or id_, "type": content.get("type") or "offer"}
    own = {name: content[name] for name in declared if content.get(name) is not None}
    beside = {"paused": content.get("paused", False), "more": own}
    return row | {BESIDE: orjson.dumps(beside).decode()}


def _read(value: Any, role: Role, decimals: int) -> object:
    if value is None:
        return None
    if role in {"start", "end"}:
        return parse(value)
    return minor_units(Decimal(value), decimals) if role == "amount" else value
