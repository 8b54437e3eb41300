"""How many newcomers' files are built right without a hand: exports of shops, mail, survey and ticket systems.

Each set is a small company whose orders are known, written as a system writes it (`systems/`). `stamkund init` and
`build` run on its files, and the lake is counted. Prints the sets that went wrong, then the figures as a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.onboarding.figures import asked, built, figures, has_remedy, silently_wrong
from benchmarks.onboarding.header_sets import exports
from benchmarks.onboarding.trial import Trial
from benchmarks.onboarding.trials import run

FAULTS = {"silently wrong": silently_wrong, "asked": asked, "refused with a remedy": has_remedy}


def main(arguments: Sequence[str] | None = None) -> None:
    """Try the exports, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only sets whose name holds this text")
    parser.add_argument("--keep", type=Path, help="a folder for every set's files, settings and lake")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    chosen = [export for export in exports() if options.only in export.name]
    with tempfile.TemporaryDirectory() as scratch:
        trials = run(chosen, options.keep or Path(scratch), processes=options.processes)
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    console.print(*lines(trials), sep="\n")
    print(json.dumps(figures(trials)))


def lines(trials: Sequence[Trial]) -> list[str]:
    """A line for each set that went wrong: what came, what is right, what was asked."""
    wrong = [trial for trial in trials if not (built(trial) and (asked(trial) or not trial.ambiguous))]
    return [line for trial in wrong for line in _lines(trial)]


def _lines(trial: Trial) -> list[str]:
    kind = next((name for name, holds in FAULTS.items() if holds(trial)), "wrong")
    about = ", ".join(trial.differences) or f"not asked: {', '.join(trial.ambiguous)}"
    came = trial.error.splitlines()[-1][:300] if trial.error else str(trial.came)
    questions = f"   asked: {', '.join(sorted(set(trial.questions)))}" if trial.questions else ""
    return [
        f"{trial.name}: {kind} ({about})",
        f"   came:  {came}",
        f"   right: {trial.right[0]}",
        *([questions] * bool(questions)),
    ]


if __name__ == "__main__":
    main()
