"""What is asked for many on the command line, and what is told of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.errors import StamkundError
from serving.batches.batch import Batch
from serving.http.current.state import CurrentState
from serving.terminal.decisions.many import Asked, answer
from stamkund import app
from tests.serving.http.answers.test_declared_decisions import declared


def test_all_declared_placements_are_asked_for_or_those_that_are_named(own: CurrentState) -> None:
    state = declared(own.state, {"placements": {"home": {"count": 2}, "side": {}}})
    every = Asked(None, {}, (), None).request(state)
    assert [placement.id for placement in every.placements] == ["home", "side"]
    one = Asked(None, {"channel": "web"}, ("side",), 4).request(state)
    assert [(placement.id, placement.count) for placement in one.placements] == [("side", 4)]
    assert one.context == {"channel": "web"}
    with pytest.raises(StamkundError, match="there are home, side") as refused:
        Asked(None, {}, ("hom",), None).request(state)
    assert refused.value.code == "unknown_placement"
    assert [each.id for each in Asked(None, {}, (), None).request(own.state).placements] == ["default"]


def test_machines_are_told_what_a_look_came_to(own: CurrentState, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("3\n\n 0\nnobody\n")
    state, asked = declared(own.state, {"rules": {"never": "false"}}), Asked(file, {}, (), None)
    look = Batch(state, asked.request(state), "x", keep=False)
    look.look(asked.ids())
    told = answer(look, None)
    assert (told["batch"], told["dry_run"], told["out"], told["customers"]) == (None, True, None, 2)
    assert (told["unknown"], told["outcomes"], told["offers"]) == (["nobody"], {"fallback": 2}, {})
    with pytest.raises(StamkundError, match="no file"):
        replace(asked, customers=tmp_path / "none").ids()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("3", "--everyone"),
        ("3", "--dry-run"),
        ("3", "--batch", "x"),
        ("--everyone", "--why"),
        ("--everyone", "--as-of", "2017-12-01"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["decide", *arguments, "--json"])
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (1, "bad_option")
