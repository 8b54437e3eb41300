"""Where customers stand when a period ends: in which stage, persona and segments, and how high models score them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_
from typing import Final

import numpy as np
import polars as pl

from features.config.sections.consent import Gate
from features.config.sections.insights.dimensions import DimensionSettings, checked
from features.language.rules.rule import Rule
from features.privacy.gatekeeper import EVERYBODY, Gatekeeper, Pass
from features.profiles.consent import gatekeeper_of
from features.profiles.fitted.feature_set import FeatureSet
from features.scores.table import read_scores
from insights.dimensions.dimension import Dimension, dimension_of
from insights.dimensions.standing import Standing
from insights.people import Audience
from insights.segments.reading import columns_at
from insights.segments.rules import names_of, reads, rules_of
from insights.stages.known import FEATURES, standing_features

BANDS: Final = 5
SEGMENT: Final = "segment_"  # begins the name of the dimension of a segment: who is in, and who is out
SCORE: Final = "score_"  # begins the name of the dimension of a model's scores


def standing_dimensions(audience: Audience, moments: Collection[int], others: Collection[str]) -> list[Dimension]:
    """Where customers stood at some moments, but nothing that goes by the name of ``others``."""
    own = audience.settings.dimensions
    told = {name: each for name, each in standings(audience, moments) if name in own or name not in others}
    every = [
        replace(dimension_of(name, "group", standing.groups.lazy(), of_customers=False), column=name, standing=standing)
        for name, standing in told.items()
    ]
    return [dimension for dimension in every if dimension.groups]


def standings(audience: Audience, moments: Collection[int]) -> Iterator[tuple[str, Standing]]:
    """By name: stage, persona and segments as of some moments, and the band of each model's scores."""
    yield from _of_features(audience, sorted({*moments}))
    yield from _of_rules(audience, sorted({*moments}))
    yield from _of_scores(audience)


def stages_of(audience: Audience, moments: Collection[int]) -> Standing | None:
    """In which stage of their life customers stood at some moments; None where there is no build that tells."""
    return dict(_of_features(audience, sorted({*moments}))).get("stage")


def _of_features(audience: Audience, moments: list[int]) -> Iterator[tuple[str, Standing]]:
    told = standing_features(audience, moments)
    if told is None:
        return
    fitted = FeatureSet.load(audience.settings.feature_set)
    profiles = _then(audience, "profiles", told)
    for name in (name for name in FEATURES if name in told.columns):
        words = dict(enumerate(fitted.feature(name).vocabulary))
        group = pl.col(name).fill_nan(None).cast(pl.Int64).replace_strict(words, default=None, return_dtype=pl.String)
        yield name, Standing.of(profiles.select("as_of", "customer_id", group=group))


def _of_rules(audience: Audience, moments: list[int]) -> Iterator[tuple[str, Standing]]:
    """A dimension for each segment, as a customer may be in several, and those of the company's own rules."""
    settings = audience.settings
    if not settings.feature_set.exists():
        return
    names, segments = names_of(settings), rules_of(settings)
    own = {name: checked(name, each, names) for name, each in settings.dimensions.items() if not each.of_events}
    groups: dict[str, tuple[dict[str, Rule], str | None]]
    groups = {f"{SEGMENT}{name}": ({"in": rule}, "out") for name, rule in segments.items()}
    groups |= {name: (rules, _others(settings.dimensions[name])) for name, rules in own.items()}
    asked = {name for rules, _ in groups.values() for rule in rules.values() for name in reads(rule, segments)}
    gates: list[Gate] = ["profiles"]
    if any(name.startswith("scores.") for name in asked):
        gates.append("scores")
    keeper = gatekeeper_of(settings, audience.lake)
    allowed = audience.allowed & _gates(keeper, gates, audience.as_of)
    found: dict[str, list[pl.DataFrame]] = {name: [] for name in groups}
    for moment in moments if groups else ():
        columns = columns_at(settings, as_of=moment, names=asked, allowed=allowed & _gates(keeper, gates, moment))
        for name, (rules, others) in groups.items():
            held = [columns.members(rule, segments) for rule in rules.values()]
            group = np.select(
                held, [np.array(each, dtype=object) for each in rules], default=np.array(others, dtype=object)
            )
            rows = pl.DataFrame({
                "customer_id": pl.Series(columns.ids.to_pylist(), dtype=pl.String),
                "group": pl.Series(group.tolist(), dtype=pl.String),
            })  # fmt: skip
            found[name].append(rows.with_columns(as_of=pl.lit(moment, pl.Int64)))
    for name, parts in found.items():
        yield name, Standing.of(pl.concat(parts))


def _others(settings: DimensionSettings) -> str | None:
    """The group of those for whom no rule holds; None where that is because nothing is known of them."""
    return settings.other if settings.of is None else None


def _of_scores(audience: Audience) -> Iterator[tuple[str, Standing]]:
    keeper = gatekeeper_of(audience.settings, audience.lake)
    allowed = audience.allowed & _gates(keeper, ["scores"], audience.as_of)
    rows = read_scores(audience.settings.scores, allowed=allowed)
    told = rows.filter(pl.col("as_of") <= audience.as_of)
    newest = told.filter(pl.col("version") == pl.col("version").max().over("model", "as_of"))
    best = newest.group_by("model", "as_of", "customer_id").agg(pl.col("value").max()).collect()
    for (model,), own in sorted(best.partition_by("model", as_dict=True).items()):
        yield f"{SCORE}{model}", Standing.of(own.select("as_of", "customer_id", group=_band()))


def _band() -> pl.Expr:
    """Which fifth of its batch a score is in, ``5 of 5`` the highest; equal scores are in the same one."""
    rank, count = pl.col("value").rank("average").over("as_of"), pl.len().over("as_of")
    return pl.format(f"{{}} of {BANDS}", (rank * BANDS / count).ceil().cast(pl.Int64).clip(1, BANDS))


def _then(audience: Audience, gate: Gate, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of those whom insights may tell of, and whom a gate let pass at the row's own ``as_of``."""
    keeper = gatekeeper_of(audience.settings, audience.lake)
    own = audience.over(rows.lazy()).collect()
    return own if keeper is None else keeper.passing(gate, own)


def _gates(keeper: Gatekeeper | None, gates: Sequence[Gate], moment: int) -> Pass:
    """Whom gates let pass at a moment, and no word since keeps out."""
    passes = [] if keeper is None else [keeper.passes(gate, as_of=moment) for gate in gates]
    return reduce(and_, passes, EVERYBODY)
