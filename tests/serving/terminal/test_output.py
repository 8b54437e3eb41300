from __future__ import annotations

import errno
import json
import sqlite3
import time
from io import StringIO

import pytest
import typer
from rich.console import Console

from features.errors import StamkundError
from serving.terminal.output import output
from serving.terminal.progress import progress_lines


def test_a_line_tells_the_present_step_once_and_only_now_and_then() -> None:
    console = Console(file=StringIO(), width=80)
    with progress_lines(console, every=0.02) as report:
        report("orders", 0, 3)
        report("items", 1, 3)  # within the same moment: the last one counts
        deadline = time.monotonic() + 10
        while "items" not in console.file.getvalue() and time.monotonic() < deadline:  # type: ignore[attr-defined]
            time.sleep(0.01)
    (line,) = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert line.endswith(" s: items (1 of 3)")


def test_short_work_says_nothing() -> None:
    console = Console(file=StringIO(), width=80)
    with progress_lines(console) as report:
        report("orders", 0, 3)
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (RuntimeError("IO Error: Could not write file: No space left on device"), "disk_full"),
        (sqlite3.OperationalError("unable to open database file"), "store_unavailable"),
    ],
)
def test_a_fault_of_disk_or_database_is_one_coded_line(
    error: Exception, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, output(as_json=False):
        raise error
    told = capsys.readouterr().err
    assert (ended.value.exit_code, told.count("\n"), told.partition(":")[0]) == (1, 1, code)


def test_a_mistake_of_ours_is_shown_whole() -> None:
    with pytest.raises(KeyError), output(as_json=False):
        raise KeyError


def test_machines_get_one_object_and_people_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with output(as_json=True) as out:
        out.say("Done.")
        out.answer({"customers": 3, "share": float("nan")})
    assert (json.loads(capsys.readouterr().out), capsys.readouterr().err) == ({"customers": 3, "share": None}, "")
    with output(as_json=False) as out:
        out.say("Done.")
        out.answer({"customers": 3})
    assert capsys.readouterr().out == "Done.\n"


def test_an_error_ends_a_command_with_its_envelope(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, output(as_json=True):
        raise StamkundError("no_lake", "Build first.", field="lake")
    told = json.loads(capsys.readouterr().out)
    assert (ended.value.exit_code, told) == (
        1,
        {"error": {"code": "no_lake", "params": {}, "message": "Build first.", "field": "lake"}},
    )
