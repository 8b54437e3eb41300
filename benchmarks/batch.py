"""What a batch of scores costs beside LightGBM alone, which predicts the same rows by the same trees.

A ratio is the CPU time of the boosters' own predictions over that of scores in a frame, on features that are ready. The
speed and the memory are those of everything that `stamkund score` does, from the lake to the file.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.processes import peak
from benchmarks.serving.worlds import journey, small
from features.arrays import Floats
from features.config.settings import Settings, read_settings
from features.lake import Lake
from features.profiles.everybody import everybody
from serving.scoring.batches.batch import score_batch
from serving.scoring.batches.everyone import CHUNK, pairs_of_block
from serving.scoring.batches.frames import frame_of
from serving.scoring.champions import load_lineup
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import columns_read
from serving.scoring.pair_scores import best_pairs, pair_matrix
from serving.scoring.rows.pairs import Pairs
from serving.scoring.scorer import score
from training.learners.trees import Trees
from training.targets import PAIR

REASONS = 3  # a model, of everybody
ROUNDS = 3
Figures = dict[str, float]


@dataclass(frozen=True)
class Block:
    """Some customers whose features are ready to be scored."""

    names: Sequence[str]
    features: Floats
    pairs: Pairs
    silent: bool


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.batch", description=__doc__)
    options.add_argument("--size", choices=("small", "journey"), default="small", help="whose customers are scored")
    options.add_argument("--events", type=int, default=2_000_000, help="of the small company")
    options.add_argument("--home", type=Path, help="keep what is built here, and use it again")
    choice = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        home = choice.home or Path(temporary)
        config = journey(home / "journey") if choice.size == "journey" else small(home / "small", choice.events)
        figures = measure(read_settings(config))
    table = Table("figure", "value", box=None)
    for name, value in figures.items():
        table.add_row(name, f"{value:,.3f}")
    Console(highlight=False).print(table)
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


def measure(settings: Settings) -> Figures:
    """All figures of one company."""
    lineup = load_lineup(settings, folder=settings.home.parent)
    assert lineup is not None, "nothing was built"
    blocks = list(_blocks(settings, lineup))
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        batch = score_batch(settings, as_of=settings.now(), out=Path(folder) / "scores.parquet", lineup=lineup)
        seconds = perf_counter() - start
    held = peak()
    predict, contributions = (
        _ratio(partial(_by_boosters, lineup, blocks, reasons=top), partial(_ours, settings, lineup, blocks, top))
        for top in (0, REASONS)
    )
    return {
        "customers": float(batch.customers),
        "rows_per_second": batch.customers / seconds,
        "predict_ratio": predict,
        "contrib_ratio": contributions,
        "peak_rss_gb": held * 2**20 / 1e9,
    }


def _blocks(settings: Settings, lineup: Lineup) -> Iterator[Block]:
    lake, now = Lake(settings.lake), settings.now()
    feature_set, pairs = lineup.columns.feature_set, pairs_of_block(settings, lake, as_of=now)
    for some in everybody(lake, feature_set, as_of=now, customers=None):
        for block in some.profiles.iter_slices(CHUNK):
            features = block.select(feature_set.names).to_numpy()
            yield Block(block["customer_id"].to_list(), features, pairs(block), some.silent)


def _ratio(theirs: Callable[[], object], ours: Callable[[], object]) -> float:
    """The median ratio of CPU times, one after the other."""
    return float(np.median([_cpu(theirs) / _cpu(ours) for _ in range(ROUNDS)]))


def _cpu(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def _ours(settings: Settings, lineup: Lineup, blocks: Sequence[Block], top: int) -> None:
    for block in blocks:
        silent = np.full(len(block.names), block.silent)
        sheet = score(lineup, block.names, block.features, block.pairs, silent, as_of=settings.now(), top=top)
        frame_of(sheet, "")


def _by_boosters(lineup: Lineup, blocks: Sequence[Block], *, reasons: int) -> None:
    """What LightGBM takes for the same rows: predictions, or with reasons the parts of each score beside them."""
    for block in blocks:
        for name, model in lineup.models.items():
            names = lineup.columns.names[model.feature_set_hash]
            if model.target.entity == PAIR:
                rows = pair_matrix(model, names, block.features, block.pairs)
            else:
                rows = columns_read(model, names, block.features[lineup.populations[name].mask(block.features)])
            if not len(rows):
                continue
            boosters = [each.booster for each in model.scorer.members.values() if isinstance(each, Trees)]
            scores = [np.asarray(each.predict(rows, raw_score=True, num_threads=1)) for each in boosters]
            if model.target.entity == PAIR:
                rows = rows[best_pairs(block.pairs, np.sum(scores, axis=0))]
            for booster in boosters if reasons else ():
                booster.predict(rows, pred_contrib=True, num_threads=1)


if __name__ == "__main__":
    main()
