"""What the models alone compute for one decision: three models' figures and the reasons of what is chosen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from features.config.settings import read_settings
from features.lake import Lake
from features.profiles.pairs.campaigns import campaigns
from features.profiles.pairs.features import PAIR_FEATURES
from serving.decisions.facts.known import feature_rows
from serving.scoring.champions import load_lineup
from serving.scoring.model_scores import columns_read
from serving.scoring.rows.pairs import pairs_of
from serving.store.engine import open_store
from serving.store.records import records_of

REASONS = 3


def arithmetic_ms(config: Path, customer: str, *, times: int) -> float:
    """The median of some times in milliseconds; features and pairs of the customer are there before."""
    compute = arithmetic(config, customer)
    return float(np.median([_timed(compute) for _ in range(times)])) * 1e3


def arithmetic(config: Path, customer: str) -> Callable[[], None]:
    """The models' arithmetic of a decision for a customer, with nothing around it."""
    settings = read_settings(config)
    lineup, store, as_of = load_lineup(settings, folder=config.parent), open_store(settings.store_url), settings.now()
    assert lineup is not None
    record = records_of(store, [customer])[customer]
    store.dispose()
    running = {name: each for name, each in campaigns(Lake(settings.lake)).items() if each.running(as_of)}
    pairs = pairs_of(record, running, "contact", "redeem", as_of=as_of, anyone=running)
    own = feature_rows(lineup, [record], as_of=as_of)
    lapse, spend, redemption = (lineup.models[name] for name in ("lapse", "spend", "redemption"))
    names = {model.name: lineup.columns.names[model.feature_set_hash] for model in (lapse, spend, redemption)}
    both = np.concatenate([own[pairs.rows], pairs.values], axis=1)
    alone = [(model, columns_read(model, names[model.name], own)) for model in (lapse, spend)]
    rows = columns_read(redemption, (*names[redemption.name], *PAIR_FEATURES), both)
    words = lineup.phrasebooks[redemption.name]

    def compute() -> None:
        for model, row in alone:
            model.predict(row)
        redemption.predict(rows)
        redemption.told_reasons(rows[:1], words, REASONS)

    return compute


def _timed(compute: Callable[[], None]) -> float:
    start = perf_counter()
    compute()
    return perf_counter() - start
