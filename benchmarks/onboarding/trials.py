"""Trials of many exports, in several processes."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.onboarding.export import Export
from benchmarks.onboarding.trial import Trial, trial


def run(chosen: Iterable[Export], folder: Path, *, processes: int) -> list[Trial]:
    """Try exports, each in a folder of its own, in several processes."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(_try, folder=folder.resolve()), chosen))


def _try(export: Export, folder: Path) -> Trial:
    return trial(export, folder / export.name.replace("/", "_"))
