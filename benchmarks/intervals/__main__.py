"""How often the intervals of the insights hold the true number: by enumeration, and in simulated worlds.

A figure that is simulated is the share of ``--runs`` worlds with a known truth.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from rich.console import Console

from benchmarks.intervals.dropped import loss_figures
from benchmarks.intervals.enumeration import SHARES, nps_coverage
from benchmarks.intervals.mood import worth_figures

ANSWERS = (10, 20, 50, 100, 200)


def main(arguments: Sequence[str] | None = None) -> None:
    """Enumerate and simulate, then print the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=1000, help="how many worlds are simulated for each figure")
    runs = options.parse_args(arguments).runs
    figures = nps_figures()
    for simulate in SIMULATIONS:
        figures |= simulate(runs)
    print(json.dumps({name: round(figure, 4) for name, figure in figures.items()}))


def nps_figures() -> dict[str, float]:
    """The mean and the least coverage of the NPS interval over numbers of answers and distributions."""
    coverage = np.array([list(nps_coverage(n).values()) for n in ANSWERS])
    console = Console(highlight=False)
    console.print("NPS, coverage by promoters/detractors:", *(f"{p:.0%}/{d:.0%}" for p, d in SHARES))
    for n, row in zip(ANSWERS, coverage, strict=True):
        console.print(f"  {n:4} answers", *(f"{share:.3f}" for share in row))
    return {"nps_coverage_mean": float(coverage.mean()), "nps_coverage_min": float(coverage.min())}


# What is simulated, each from a number of worlds to its figures.
SIMULATIONS: Sequence[Callable[[int], Mapping[str, float]]] = (worth_figures, loss_figures)


if __name__ == "__main__":
    main()
