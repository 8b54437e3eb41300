"""Progress on the terminal: a bar that moves, or, where output goes to a file, a line now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from features.progress import Progress

EVERY: Final = 5.0  # seconds between two lines


@contextmanager
def shown_progress(console: Console) -> Iterator[Progress]:
    """The callback whose reports are shown on a console."""
    with _bar(console) if console.is_terminal else progress_lines(console) as report:
        yield report


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


@contextmanager
def progress_lines(console: Console, every: float = EVERY) -> Iterator[Progress]:
    """A line for the present step, such as ``12 s: orders (1 of 3)``, every few seconds if it is another one."""
    began, latest, over = time.monotonic(), [""], threading.Event()

    def report(what: str, done: int, total: int) -> None:
        latest[0] = f"{what} ({done:,} of {total:,})"

    def tell() -> None:
        told = ""
        while not over.wait(every):
            if latest[0] != told:
                told = latest[0]
                console.print(f"{time.monotonic() - began:.0f} s: {told}")

    thread = threading.Thread(target=tell, name="stamkund-progress", daemon=True)
    thread.start()
    try:
        yield report
    finally:
        over.set()
        thread.join()
