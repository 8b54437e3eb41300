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

from benchmarks.onboarding.figures import figures
from benchmarks.onboarding.header_sets import exports
from benchmarks.onboarding.report import group_table, lines
from benchmarks.onboarding.trials import run


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
    console.print(group_table(trials))
    print(json.dumps(figures(trials)))


if __name__ == "__main__":
    main()
