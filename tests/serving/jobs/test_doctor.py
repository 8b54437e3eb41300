from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from features.doctor import Criterion, Diagnosis, Finding, Prospect
from features.errors import StamkundError
from serving.jobs.doctor import http_events
from serving.store.engine import open_store
from serving.store.event_log import append_events
from serving.terminal.answers import diagnosis_answer
from serving.terminal.diagnosis import doctor_table
from stamkund import app

LONG = "Something that takes more than one line of a terminal to say, as most things do when said in plain words."
SICK = Diagnosis(
    name="Corner shop",
    as_of=0,
    level=1,
    level_name="Scattered",
    why="For level 2: …",
    criteria=(Criterion(2, LONG, met=False, found="1 of 2"),),
    prospects=(Prospect("lapse", "few outcomes", LONG), Prospect("spend", "possible", LONG, declared=False)),
    findings=(Finding("rows", "problem", LONG, "Mend it."), Finding("identity", "ok", LONG)),
)


def test_a_diagnosis_fits_eighty_columns() -> None:
    console = Console(width=80, record=True, file=StringIO())
    console.print(doctor_table(SICK))
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    for said in ("Level 1 of 5: Scattered", "Possible with few outcomes.", "not declared", "→ Mend it.", "1 in order"):
        assert said in text


def test_machines_get_the_same() -> None:
    told = diagnosis_answer(SICK)
    assert (told["level"], told["as_of"], told["sound"]) == (1, "1970-01-01T00:00:00Z", False)
    assert told["findings"][0]["next_step"] == "Mend it."  # type: ignore[index]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    orders = "".join(f"a,2024-01-01T10:00:{n:02},5.00\n" for n in range(50))
    (tmp_path / "orders.csv").write_text(f"who,when,paid\n{orders}", encoding="utf-8")
    config = tmp_path / "stamkund.yaml"
    config.write_text(
        "name: Shop\nclock: 2024-02-01\nsources:\n"
        "  orders: {from: orders.csv, kind: order, columns: {id: who, time: when, value: paid}}\n",
        encoding="utf-8",
    )
    return config


def test_the_command_tells_changes_nothing_and_exits_by_what_it_found(config: Path) -> None:
    sound = CliRunner().invoke(app, ["doctor", "--config", str(config), "--json"])
    assert (sound.exit_code, json.loads(sound.stdout)["level"]) == (0, 2)
    (config.parent / "orders.csv").write_text("who,when,paid\n,,\n", encoding="utf-8")
    sick = CliRunner().invoke(app, ["doctor", "--config", str(config)])
    assert sick.exit_code == 1
    assert "mend what is marked" in sick.stdout
    assert sorted(path.name for path in config.parent.iterdir()) == ["orders.csv", "stamkund.yaml"]


def test_a_corrupt_lake_is_a_problem_though_the_sources_are_sound(config: Path) -> None:
    lake = config.parent / ".stamkund" / "lake"
    lake.mkdir(parents=True)
    (lake / "manifest.json").write_text("{", encoding="utf-8")
    result = CliRunner().invoke(app, ["doctor", "--config", str(config), "--json"])
    problems = [each for each in json.loads(result.stdout)["findings"] if each["level"] == "problem"]
    assert (result.exit_code, [each["area"] for each in problems]) == (1, ["lake"])
    assert f"The lake's manifest {lake / 'manifest.json'} is corrupt" in problems[0]["message"]


def test_events_that_came_over_http_are_read_and_looking_makes_no_store(store_url: str) -> None:
    assert http_events(store_url) is None
    engine = open_store(store_url)
    assert http_events(store_url) is None
    event = {"event_id": "e1", "fragment": "1", "time": 1, "kind": "visit", "id": "1", "id_type": "user_id"}
    append_events(engine, [[event]], received_at=2)
    engine.dispose()
    log = http_events(store_url)
    assert log is not None
    assert log["event_id"].to_list() == ["e1"]


def test_a_store_that_cannot_be_read_is_told_in_one_line(config: Path) -> None:
    with pytest.raises(StamkundError, match="cannot be read") as caught:
        http_events(f"sqlite:///{config}")
    assert caught.value.code == "store_unreadable"
