"""A trial: an export's files are shown to `stamkund init`, built without a hand, and the lake is counted."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.onboarding.export import Export
from benchmarks.onboarding.truth import Outcome, right_outcomes
from benchmarks.onboarding.writing.files import write

DONE = (0, 3)  # 3: done, but rows were refused, and said so


@dataclass(frozen=True)
class Trial:
    """What came of an export, and what is right.

    ``error`` is what the failing command said, the code first; empty when both were done. ``questions``: the topics of
    those that `init` asked.
    """

    name: str
    unseen: bool
    ambiguous: Sequence[str]
    right: Sequence[Outcome]
    came: Outcome | None
    questions: Sequence[str]
    code: int
    error: str

    @property
    def differences(self) -> list[str]:
        """In what the lake differs from the nearest right outcome; `build` when there is no lake."""
        if self.came is None:
            return ["build"]
        return min((self.came.differences(right) for right in self.right), key=len)


def trial(export: Export, folder: Path) -> Trial:
    """Try an export in an empty folder, as a newcomer would: `init FILES`, then `build`."""
    shutil.rmtree(folder, ignore_errors=True)
    paths = [str(path.relative_to(folder)) for path in write(export, folder / "files")]
    before = Path.cwd()
    os.chdir(folder)
    try:
        code, text = command("init", "--json", *paths)
        if code == 2:  # bad usage: a command line without --json
            code, text = command("init", *paths)
        asked = _questions(text) if code in DONE else []
        error = "" if code in DONE else f"init: {_problem(text)}"
        if not error:
            code, text = command("build", "--as-of", "2025-06-30")
            error = "" if code in DONE else f"build: {_problem(text)}"
    finally:
        os.chdir(before)
    came = (
        None if error else measured(folder / ".stamkund" / "lake", minor_units=_minor_units(folder / "stamkund.yaml"))
    )
    return Trial(export.name, export.unseen, export.ambiguous, right_outcomes(export), came, asked, code, error)


def command(*arguments: str) -> tuple[int, str]:
    """The exit code of `stamkund ARGUMENTS`, and what it printed; a crash is 70."""
    from stamkund import main  # noqa: PLC0415  (heavy: only processes that try)

    text = io.StringIO()
    before, sys.argv = sys.argv, ["stamkund", *arguments]
    try:
        with redirect_stdout(text), redirect_stderr(text):
            main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1, text.getvalue()
    except Exception:  # what a user would see as a traceback
        return 70, f"crash: {traceback.format_exc()}"
    finally:
        sys.argv = before
    return 0, text.getvalue()


def measured(lake: Path, *, minor_units: int = 2) -> Outcome:
    """The figures of the lake's Parquet files: an order is an order row that opens one; all people who ordered."""
    files = sorted(lake.glob("events-*.parquet"))
    columns = ("kind", "fragment", "time", "value", "order_line")
    events = pl.concat([pl.read_parquet(file) for file in files], how="diagonal_relaxed") if files else pl.DataFrame()
    events = events.with_columns(pl.lit(None).alias(name) for name in columns if name not in events.columns)
    orders = events.filter(pl.col("kind") == "order")
    opening = orders.filter(pl.col("order_line").fill_null(1) == 1)
    counts = {str(row["kind"]): int(row["len"]) for row in events.group_by("kind").len().to_dicts()}
    others = {kind: count for kind, count in counts.items() if kind not in {"order", "refund"}}
    people = orders if orders.height else events
    money = _total(orders) - _total(events.filter(pl.col("kind") == "refund"))
    money = money * 100 // 10**minor_units
    first, last = _moment(people["time"].min()), _moment(people["time"].max())
    return Outcome(opening.height, people["fragment"].n_unique(), money, first, last, others)


def _minor_units(settings: Path) -> int:
    from features.config.settings import read_settings  # noqa: PLC0415

    return read_settings(settings).minor_units


def _total(events: pl.DataFrame) -> int:
    return int(events["value"].sum() or 0) if events.height else 0


def _moment(time: Any) -> datetime:
    return datetime.fromtimestamp((time or 0) / 1e6, UTC)


def _questions(text: str) -> list[str]:
    """The topics in the JSON object that `init --json` prints."""
    return [str(question["topic"]) for question in _object(text).get("questions", [])]


def _problem(text: str) -> str:
    """What a failing command said, in one form for people's text and for JSON: `code: message`."""
    error = _object(text).get("error", {})
    return f"{error['code']}: {error['message']}" if error else text.strip()


def _object(text: str) -> dict[str, Any]:
    """The JSON object in a text; empty when there is none."""
    try:
        return dict(json.JSONDecoder().raw_decode(text[text.index("{") :])[0])
    except ValueError:
        return {}
