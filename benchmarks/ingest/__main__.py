"""How fast events come in, rows of a CSV file beside DuckDB reading it and messages over HTTP, and what of them stays.

Services die under load, and PostgreSQL is stopped, frozen and read-only for a while. Without `--only` all is measured;
what is lost or kept twice is counted over all of it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.ingest import deaths, files, outages, over_http
from benchmarks.serving.worlds import small

PARTS: Final = ("files", "http", "deaths", "outages")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    options.add_argument("--only", choices=PARTS, action="append", help="measure this part (several times: these)")
    options.add_argument("--rows", type=int, default=files.ROWS, help="of the file")
    options.add_argument("--runs", type=int, default=files.RUNS, help="of the file, and of requests")
    options.add_argument("--given-ids", action=argparse.BooleanOptionalAction, default=True, help="map the rows' ids")
    options.add_argument("--requests", type=int, default=over_http.REQUESTS, help="each of 100 messages")
    options.add_argument("--kills", type=int, default=deaths.KILLS, help="of each store and number of workers")
    figures = _measure(options.parse_args(arguments))
    table = Table("figure", "measured", box=None)
    for key, value in figures.items():
        table.add_row(key, f"{value:,.0f}" if value >= 1000 else f"{value:,.2f}")
    Console(width=110, highlight=False).print(table)
    print(json.dumps({key: round(value, 3) for key, value in figures.items()}))


def _measure(choice: argparse.Namespace) -> dict[str, float]:
    parts, figures = choice.only or PARTS, dict[str, float]()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if "files" in parts:
            figures |= files.measure(folder, choice.rows, choice.runs, given_ids=choice.given_ids)
        if "http" in parts:
            figures |= over_http.measure(small(folder / "small", 20_000), requests=choice.requests, runs=choice.runs)
        for part, run in (("deaths", partial(deaths.measure, choice.kills)), ("outages", outages.measure)):
            if part in parts:
                told = run()
                figures |= told | {key: told[key] + figures.get(key, 0) for key in ("lost", "duplicated")}
    return figures


if __name__ == "__main__":
    main()
