"""The stages of a company's night, each in a process of its own, so that its peak of memory is its own too.

`python -m benchmarks.training.stages STAGE FOLDER`: the last line is JSON, what it took and did.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final, cast

from benchmarks.processes import peak
from benchmarks.training.world import END, settings_of
from features import read_settings
from features.config.settings import Settings
from serving.jobs.build import build_all
from serving.scoring.batches.batch import score_batch
from training.trainer import train

Figures = dict[str, float]


def stage(name: str, folder: Path, *options: str) -> Figures:
    """Run one and read its figures."""
    command = [sys.executable, "-m", "benchmarks.training.stages", name, str(folder), *options]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return cast(Figures, json.loads(process.stdout.splitlines()[-1]))


def _build(settings: Settings, as_of: int) -> Figures:
    return {"customers": build_all(settings, as_of=as_of).customers}


def _train(settings: Settings, as_of: int, *, quick: bool = False) -> Figures:
    reports = train(settings, as_of=as_of, quick=quick)
    for report in reports:
        told = {code: round(value, 3) for code, value in report.metrics.items()}
        print(report.target.name, report.standing, report.verdict.refusals, report.rows, report.found, told)
    return {f"{report.target.name}_seconds": report.seconds for report in reports}


def _score(settings: Settings, as_of: int) -> Figures:
    return {"customers": score_batch(settings, as_of=as_of, out=settings.home / "scores.parquet").customers}


def _quick(settings: Settings, as_of: int) -> Figures:
    return _train(settings, as_of, quick=True)


STAGES: Final[dict[str, Callable[[Settings, int], Figures]]] = {
    "build": _build, "train": _train, "quick": _quick, "score": _score,
}  # fmt: skip


def main(name: str, folder: Path) -> None:
    """A stage on the large company, or on that of a settings file in the folder."""
    own = folder / "stamkund.yaml"
    settings = read_settings(own) if own.is_file() else settings_of(folder)
    start = perf_counter()
    found = STAGES[name](settings, settings.now() if own.is_file() else END)
    seconds, used = perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    costs = {"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime, "gb": peak() * 2**20 / 1e9}
    print(json.dumps(costs | found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
