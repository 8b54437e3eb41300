"""The tables of segments that reports read: how big each was, who came and went, and what its customers differ in."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final, get_args

import polars as pl
import pyarrow as pa

from features.arrays import Mask
from features.config.sections.insights.segments import SegmentSettings
from features.config.settings import Settings
from features.language.rules.rule import Rule
from features.profiles.fitted.feature_set import FeatureSet
from features.texts.catalogue import Language
from insights.segments.comparison import Row, compared, sensitive_names
from insights.segments.customers import Columns
from insights.segments.rules import reads
from insights.tables import Draft

MOST_TRAITS: Final = 5
SEGMENTS: Final = pa.schema([
    ("segment", pa.string()), ("text", pa.string()), ("month", pa.string()), ("day", pa.string()),
    ("customers", pa.int64()), ("members", pa.int64()), ("entered", pa.int64()), ("left", pa.int64()),
    ("rule_changed", pa.bool_()),
])  # fmt: skip
TRAITS: Final = pa.schema([
    ("segment", pa.string()), ("name", pa.string()), ("word", pa.string()), ("unit", pa.string()),
    ("value", pa.float64()), ("other_value", pa.float64()), ("difference", pa.float64()), ("low", pa.float64()),
    ("high", pa.float64()), ("effect", pa.float64()), ("compared", pa.int64()),
])  # fmt: skip
_RANK: Final = "_percentile"  # of a number that is told itself
_SPAN: Final = re.compile(r"_(all|\d+d).*$")


def write_months(draft: Draft, settings: Settings, sizes: pl.DataFrame) -> None:
    """Write ``segments``: of each that is declared, how big it was by month, and who came and went."""
    texts = {name: json.dumps(_texts(segment)) for name, segment in settings.segments.items()}
    declared = pl.DataFrame({"segment": [*texts], "text": [*texts.values()]}, {"segment": pl.String, "text": pl.String})
    told = declared.join(months(sizes, settings.timezone), on="segment", maintain_order="left_right")
    draft.write("segments", told.select(SEGMENTS.names).to_arrow().cast(SEGMENTS))


def write_traits(
    draft: Draft, settings: Settings, columns: Columns, members: Mapping[str, Mask], rules: Mapping[str, Rule]
) -> None:
    """Write ``segment_traits``: what the members of each segment differ in most, beside what its rule reads."""
    units = {f"features.{each.name}": each.unit for each in FeatureSet.load(settings.feature_set).features}
    rows = list[Row]()
    for name, own in members.items():
        without = sensitive_names(settings) | alike(columns.columns, reads(rules[name], rules))
        for row in standing_out(columns, own, without=without):
            unit = "share" if row["word"] is not None else units.get(row["name"], "ratio")
            rows.append({"segment": name, "unit": unit, **row})
    draft.write("segment_traits", pa.Table.from_pylist(rows, TRAITS))


def _texts(segment: SegmentSettings) -> dict[str, str | None]:
    """What is declared of it, by language."""
    languages: tuple[Language, ...] = get_args(Language)
    return {each: segment.told(each) for each in languages}


def months(sizes: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """By segment and month: how big it was at the last refresh, and how many entered and left at all of them.

    The first refresh of a segment has nobody entering it. A moment at which a month begins belongs to the one before.

    >>> from insights.segments.history import SIZES
    >>> at = [1_709_251_200_000_000, 1_709_300_000_000_000]  # the first of March at 0:00, and later
    >>> rows = [("big", time, "b", "d", 9, 5 + place, 5 - 4 * place, 0) for place, time in enumerate(at)]
    >>> months(pl.DataFrame(rows, SIZES, orient="row"), "UTC").select("month", "members", "entered").rows()
    [('2024-02', 5, 0), ('2024-03', 6, 1)]
    """
    ordered = sizes.sort("segment", "as_of").with_columns(
        before=pl.col("definition").shift(1).over("segment"),
        local=pl.from_epoch("as_of", "us").dt.replace_time_zone("UTC").dt.convert_time_zone(timezone),
    )
    is_first = pl.col("before").is_null()
    return (
        ordered.with_columns(month=pl.col("local").dt.offset_by("-1us").dt.strftime("%Y-%m"))
        .group_by("segment", "month", maintain_order=True)
        .agg(
            pl.col("local").last().dt.strftime("%Y-%m-%d").alias("day"),
            pl.col("customers", "members").last(),
            pl.col("entered", "left").filter(~is_first).sum(),
            rule_changed=(pl.col("definition") != pl.col("before")).fill_null(value=False).any(),
        )
    )


def standing_out(columns: Columns, members: Mask, *, without: Collection[str]) -> Iterator[Row]:
    """What members differ in most from all others, beyond chance; of what is alike but for its span once."""
    told = set[str]()
    for row in compared(columns, members, ~members, without=without):
        about = _about(row["name"])
        if row["stands"] and about not in told and len(told) < MOST_TRAITS:
            told.add(about)
            yield row


def alike(names: Collection[str], read: Collection[str]) -> set[str]:
    """Those of the names that tell the same as what a rule reads, or as that over another span, and all ranks."""
    about = {_about(name) for name in read}
    return {name for name in names if _about(name) in about or name.endswith(_RANK)}


def _about(name: str) -> str:
    """What a column is about, without its span and whether a feature or a trait tells it.

    >>> [_about(name) for name in ("features.spend_90d", "percentiles.spend_all", "traits.city")]
    ['spend', 'spend', 'city']
    """
    return _SPAN.sub("", name.partition(".")[2])
