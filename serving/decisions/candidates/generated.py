"""Candidates made of items by rules: each worth its price less its cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Ints
from features.config.sections.decisions.candidates import ITEM_NAMES, Generated
from features.config.settings import Settings
from features.events.tables import schema
from features.language.rules.evaluate import Cell, compile_rule
from features.language.rules.rule import Rule
from features.language.rules.types import Names

_SAME: Final = ("type", "campaign_id", "channels", "formats", "tags", "issue", "group", "priority", "lever")


def generated(settings: Settings, items: pl.DataFrame, line_counts: Mapping[str, int]) -> pl.DataFrame:
    """The candidates that the settings make of ``items``, as rows of the table of offers, one an item and campaign.

    Of the items for which a rule holds these are the most bought, by ``line_counts``, equal ones by id. Without a price
    an item's value is assumed like an offer's; without a cost it is taken from the margin of the settings.
    """
    declared = settings.decisions.candidates.generate if settings.decisions is not None else {}
    rows = [_rows(each, items, line_counts, settings) for each in declared.values()]
    empty = pl.DataFrame(schema=schema("offers"))
    return pl.concat([empty, *rows]).unique(["offer_id", "campaign_id"], keep="first", maintain_order=True)


def _rows(settings: Generated, items: pl.DataFrame, line_counts: Mapping[str, int], all_: Settings) -> pl.DataFrame:
    items = items.sort("item_id").unique("item_id", keep="first", maintain_order=True)
    places = _places(settings, items, units=10**all_.minor_units, timezone=all_.timezone)
    bought = np.array([line_counts.get(item, 0) for item in items["item_id"]], dtype=np.int64)[places]
    best = items[places[np.argsort(-bought, kind="stable")][: settings.most]]
    known, margin = pl.col("price").is_not_null(), all_.offers.margin
    cost = pl.col("cost").fill_null((pl.col("price") * (1 - margin)).round().cast(pl.Int64))
    types = schema("offers")
    return best.select(
        offer_id="item_id",
        name=pl.coalesce("name", "item_id"),
        item_ids=pl.concat_list("item_id"),
        value=pl.col("price"),
        cost=pl.when(known).then(cost).otherwise(pl.col("cost").fill_null(0)),
        **{name: pl.lit(getattr(settings, name), dtype=types[name]) for name in _SAME},
    ).match_to_schema(types, missing_columns="insert")


def _places(settings: Generated, items: pl.DataFrame, *, units: int, timezone: str) -> Ints:
    """The places of the items for which the rule holds."""
    if settings.when is None:
        return np.arange(len(items))
    cells = {f"item.{name}": _cell(items[name], units) for name in ITEM_NAMES}
    rule = Rule.of(settings.when, Names({"item": ITEM_NAMES}))
    holds = compile_rule(rule.node, cells.__getitem__, timezone=timezone)(cells.__getitem__).value
    return np.flatnonzero(np.broadcast_to(holds, len(items)))


def _cell(column: pl.Series, units: int) -> Cell:
    known = column.is_not_null().to_numpy()
    if column.dtype == pl.String:
        return Cell(column.fill_null("").to_numpy().astype(object), known)
    return Cell(column.fill_null(0).to_numpy() / units, known)
