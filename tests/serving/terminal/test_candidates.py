"""The commands of candidates, as people and machines use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from features.config.settings import read_settings
from features.lake import Lake
from stamkund import app

Run = Callable[..., Result]
TEA = {"name": "Tea", "value": "2.50", "campaign_id": "spring"}


@pytest.fixture
def candidates(tmp_path: Path) -> Run:
    """The commands on a company whose files tell of cups, of two campaigns."""
    config = tmp_path / "stamkund.yaml"
    config.write_text("name: Shop\nclock: 2024-06-30T00:00:00\nsources: {}\n")
    Lake(read_settings(config).lake).write(
        {"offers": pl.DataFrame({"offer_id": ["cup", "cup"], "campaign_id": ["a", "b"]})}
    )

    def run(command: str, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["candidates", command, *arguments, "--config", str(config)])

    return run


def written(tmp_path: Path, content: object) -> str:
    file = tmp_path / "candidate.json"
    file.write_text(json.dumps(content))
    return str(file)


def answer(result: Result) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(result.stdout)
    return content


def test_a_candidate_is_written_paused_and_expired_and_its_history_is_told(candidates: Run, tmp_path: Path) -> None:
    assert candidates("list").stdout == "None is kept here. Next: `stamkund candidates set ID FILE`.\n"
    file = written(tmp_path, TEA)
    assert candidates("set", "tea", file).stdout == "tea  running  version 1  Tea\n"
    assert candidates("pause", "tea").stdout == "tea  paused  version 2  Tea\n"
    back = candidates("set", "tea", file, "--version", "2", "--json")
    assert (answer(back)["state"], answer(back)["changed_by"]) == ("running", "command line")
    assert candidates("expire", "tea").stdout == "tea  expired  version 4  Tea\n"
    assert answer(candidates("show", "tea", "--json"))["candidate"]["ends"] == "2024-06-29T23:59:59.999999Z"
    assert answer(candidates("expire", "tea", "--at", "2024-07-01", "--json"))["state"] == "running"
    assert [each["id"] for each in answer(candidates("list", "--json"))["candidates"]] == ["tea"]
    told = [line.strip() for line in candidates("history", "tea").stdout.splitlines()]
    paused = ["paused: True → False", "paused: False → True", "paused: None → False"]  # the latest first
    assert [line for line in told if "paused" in line] == paused


def test_some_fields_are_written_without_a_file(candidates: Run, tmp_path: Path) -> None:
    candidates("set", "tea", written(tmp_path, TEA))
    fields = ("--field", "value=3.5", "--field", "tags=red|new", "--field", "stock=10", "--field", "name=")
    told = answer(candidates("set", "tea", *fields, "--json"))
    assert {name: told["candidate"][name] for name in ("value", "tags", "stock", "name")} == {
        "value": "3.50", "tags": ["red", "new"], "stock": 10, "name": None,
    }  # fmt: skip
    assert told["version"] == 2
    for given, code in (
        (("--field", "lever=much"), "wrong_type"),
        (("--field", "value"), "bad_field"),
        (("--field", "vale=3"), "unknown_field"),
        (("--field", "value=3,50"), "bad_amount"),
        (("--field", "value=4", "--version", "1"), "candidate_changed"),
    ):
        assert answer(candidates("set", "tea", *given, "--json"))["error"]["code"] == code
    told = answer(candidates("set", "tea", "--field", "value", "--json"))["error"]
    assert (told["params"], told["message"]) == (
        {"text": "value"},
        "'value' tells no field: write its name, =, and its value, such as value=3.00.",
    )
    assert candidates("set", "tea").exit_code == 2


def test_what_files_tell_of_the_same_id_is_said_to_be_replaced(candidates: Run, tmp_path: Path) -> None:
    told = candidates("set", "cup", written(tmp_path, TEA)).stdout
    assert told == "cup  running  version 1  Tea, in place of 2 of your files or rules\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [({"valeu": "1"}, "unknown_field"), ({"value": 1}, "invalid_request"), ([], "invalid_request"), ("{", "text")],
)
def test_what_is_not_understood_is_refused(candidates: Run, tmp_path: Path, content: object, code: str) -> None:
    file = written(tmp_path, content)
    if code == "text":
        Path(file).write_text(str(content))
        code = "malformed_json"
    got = candidates("set", "tea", file, "--json")
    assert (got.exit_code, answer(got)["error"]["code"]) == (1, code)


def test_what_others_have_changed_meanwhile_is_not_overwritten(candidates: Run, tmp_path: Path) -> None:
    candidates("set", "tea", written(tmp_path, TEA))
    candidates("pause", "tea")
    file = written(tmp_path, {**TEA, "value": "3"})
    for arguments, code in (((), "candidate_exists"), (("--version", "1"), "candidate_changed")):
        assert answer(candidates("set", "tea", file, *arguments, "--json"))["error"]["code"] == code
    unknown = candidates("pause", "cup", "--json")
    assert (unknown.exit_code, answer(unknown)["error"]["code"]) == (1, "unknown_candidate")
    missing = candidates("set", "tea", str(tmp_path / "none.json"), "--json")
    assert answer(missing)["error"]["code"] == "not_accessible"
