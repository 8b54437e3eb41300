"""BTYD on CDNOW beside lifetimes, orders foretold without a look ahead, and a million customers on one machine.

The last line is one JSON object with all figures. lifetimes is archived, so that it is in no lock file; without it the
ratio is left out: `uv pip install --no-deps lifetimes==0.11.3 autograd dill` into this environment or one of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.clv import ahead, cdnow


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each part; the million customers in a process of their own, for its memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the real data sets")
    parser.add_argument("--customers", type=int, default=1_000_000, help="how many customers are a million here")
    options = parser.parse_args(arguments)
    orders = cdnow.read(options.data)
    million = [sys.executable, "-m", "benchmarks.clv.million", str(options.customers)]
    figures = {
        **cdnow.measure(orders),
        **ahead.measure(orders),
        **json.loads(subprocess.run(million, check=True, capture_output=True, text=True).stdout.splitlines()[-1]),  # noqa: S603
    }
    for name, value in figures.items():
        print(f"  {name:36} {value:,.5f}")
    print(json.dumps({name: round(value, 5) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
