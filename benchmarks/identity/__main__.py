"""How fast identifiers become people, how right they are, and what leaks: each task prints its figures.

The last line is one JSON object with all of them. A task is a module with `measure(data, folder)`, named below.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.identity import erasing, historical, leak, reading, resolving

TASKS: Mapping[str, Callable[[Path, Path], dict[str, float]]] = {
    "resolving": resolving.measure,
    "reading": reading.measure,
    "leak": leak.measure,
    "erasing": erasing.measure,
    "historical": historical.measure,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the tasks one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the real data sets")
    parser.add_argument("--only", choices=TASKS, nargs="+", default=list(TASKS), help="only these tasks")
    options = parser.parse_args(arguments)
    figures = dict[str, float]()
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            found = TASKS[name](options.data, Path(folder))
        print(name, *(f"  {key:30} {value:,.4f}" for key, value in found.items()), sep="\n")
        figures |= found
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


if __name__ == "__main__":
    main()
