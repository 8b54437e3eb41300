"""The command line, used as its user would on some real households."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import polars as pl
import pytest

from stamkund import main
from tests.sample import sample_config

# A low bar: the households are few.
GATE = {"outcomes": 10, "horizons": 1, "confidence": 0.01, "slope": [0.01, 100.0], "level": 0.99}
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stamkund(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command line as its user has it, but in this process: a new one takes seconds to import everything."""

    def run(*arguments: str, within: Path = folder) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(within)
        monkeypatch.setattr(sys, "argv", ["stamkund", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return subprocess.CompletedProcess(arguments, cast("int", ended.value.code), *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    sample_config(folder, every=20, gate=GATE)
    return folder


def without_progress(text: str) -> str:
    """What was said on stderr beside how far the work is, such as ``5 s: lapse (1 of 3)``."""
    return re.sub(r"(?m)^\d+ s: .* \([\d,]+ of [\d,]+\)\n", "", text)


def next_steps(text: str) -> list[str]:
    """The commands of ``stamkund`` that an output advises to run next."""
    return re.findall(r"`stamkund ([^`]+)`", text.rsplit("Next: ", maxsplit=1)[-1])


def test_who_asks_for_help_does_not_wait_for_engines() -> None:
    code = "import sys, stamkund; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "polars", "pyarrow", "scipy", "mlflow", "bentoml"} & set(done.stdout.split())


def test_the_whole_road(folder: Path, stamkund: Command) -> None:
    steps = ["doctor"]
    for expected in ("build", "train", "score"):  # each is what the one before advises
        done = stamkund(*steps[0].split())
        assert (done.returncode, without_progress(done.stderr)) == (0, "")
        steps = next_steps(done.stdout)
        assert steps[0] == expected
    assert steps == ["score", "serve"]
    scored = stamkund("score", "--out", "scores.parquet")
    assert (scored.returncode, without_progress(scored.stderr)) == (0, "")
    scores = pl.read_parquet(folder / "scores.parquet")
    assert scores["customer_id"].is_unique().all()
    reached = scores.filter(pl.col("propensities").list.len() > 0)["customer_id"][0]
    told = stamkund("score", "--customer", reached, "--json")
    reasons = json.loads(told.stdout)["scores"][0]["models"]["redemption"]["reasons"]
    (row,) = scores.filter(pl.col("customer_id") == reached).to_dicts()
    assert [reason["text"] for reason in reasons] == [reason["text"] for reason in row["redemption_reasons"]]
    shown = stamkund("score", "--customer", reached)
    assert (shown.returncode, reasons[0]["text"].split()[0] in shown.stdout) == (0, True)
    decided = stamkund("decide", reached)
    assert (decided.returncode, without_progress(decided.stderr)) == (0, "")
    assert "expired" in decided.stdout
    listed = stamkund("models", "list")
    assert listed.stdout.count("champion") == 3
    again = stamkund("build")
    assert next_steps(again.stdout) == ["train", "models list"]


def test_what_needs_a_lake_says_that_there_is_none_and_keeps_the_scores(folder: Path, stamkund: Command) -> None:
    """After the whole road."""
    manifest, scores = next(folder.rglob("lake/manifest.json")), (folder / "scores.parquet").read_bytes()
    content = manifest.read_bytes()
    manifest.unlink()
    for command in ("train", "score"):
        refused = stamkund(command, "--json")
        assert (refused.returncode, json.loads(refused.stdout)["error"]["code"]) == (1, "no_lake")
    manifest.write_bytes(content)
    assert (folder / "scores.parquet").read_bytes() == scores


def test_features_that_a_build_would_refuse_stop_the_doctor_with_the_remedy(folder: Path, stamkund: Command) -> None:
    """After the whole road."""
    settings = folder / "stamkund.yaml"
    content = settings.read_text()
    settings.write_text(f"{content}features: {{categories: 3}}\n")
    looked, built = stamkund("doctor"), stamkund("build")
    settings.write_text(content)
    assert (looked.returncode, built.returncode, built.stderr[:17]) == (1, 1, "features_changed:")
    assert "stamkund build --refit" in " ".join(looked.stdout.split())


def test_a_folder_of_daily_files_is_guessed_and_built(tmp_path: Path, stamkund: Command) -> None:
    (tmp_path / "data" / "orders").mkdir(parents=True)
    for day in range(1, 8):
        lines = [f"{customer},2024-01-0{day}T10:00:00Z,{customer}-{day},5.50" for customer in range(1, 21)]
        text = "\n".join(["customer_id,ordered_at,order_id,amount", *lines])
        (tmp_path / "data" / "orders" / f"{day}.csv").write_text(f"{text}\n")
    guessed = stamkund("init", "data/orders", within=tmp_path)
    assert (guessed.returncode, guessed.stderr) == (0, "")
    assert "\n    from: data/orders\n" in (tmp_path / "stamkund.yaml").read_text()
    built = stamkund("build", "--as-of", "2024-01-08", within=tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    assert pl.read_parquet(tmp_path / ".stamkund" / "lake" / "events-*.parquet").height == 7 * 20


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["build", "-c", "nowhere.yaml"], "missing_settings", "stamkund init"),
        (["train", "laps"], "unknown_target", "did you mean 'lapse'?"),
        (["build", "--as-of", "soon"], "bad_time", "2017-12-03"),
        (["models", "rollback", "nothing"], "unknown_model", "nothing"),
        (["init", "nowhere.csv", "--to", "new.yaml"], "missing_file", "nowhere.csv"),
        (["init", "nowhere.csv"], "exists", "--force"),
        (["demo"], "no_example", "--config"),
        (["init", "a[/]b:tea:.csv", "--to", "new.yaml"], "missing_file", "a[/]b:tea:.csv"),
        (["build", "-c", "[old]b.yaml"], "missing_settings", "[old]b.yaml"),
        (["serve", "-c", "nowhere.yaml"], "missing_settings", "stamkund init"),
    ],
)
def test_a_mistake_ends_in_one_line(arguments: list[str], code: str, told: str, stamkund: Command) -> None:
    done = stamkund(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{code}: ")
    assert told in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("arguments", [["build", "-c", "nowhere.yaml"], ["models", "rollback", "nothing"], ["demo"]])
def test_machines_are_told_of_a_mistake_in_one_json_object(arguments: list[str], stamkund: Command) -> None:
    people, machines = stamkund(*arguments), stamkund(*arguments, "--json")
    assert (machines.returncode, machines.stderr) == (1, "")
    error = json.loads(machines.stdout)["error"]
    assert set(error) == {"code", "params", "message", "field"}
    assert people.stderr == f"{error['code']}: {error['message']}\n"


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A company that asked its customers once, and declares no target."""
    answers = [f"c{n},2024-01-{1 + n % 28:02}T09:00:00Z,{n % 11}" for n in range(240)]
    (tmp_path / "survey.csv").write_text("\n".join(["id,at,score", *answers]))
    columns = "{id: id, time: at, rating: score, scale: \"'nps'\"}"
    (tmp_path / "stamkund.yaml").write_text(
        f"name: S\nclock: 2024-02-01\nsources: {{nps: {{kind: survey, from: survey.csv, columns: {columns}}}}}\n"
    )
    return tmp_path


def test_without_targets_no_step_leads_in_a_circle(survey: Path, stamkund: Command) -> None:
    built = stamkund("build", within=survey)
    assert (built.returncode, "stamkund train" in built.stdout) == (0, False)
    assert "declare a target" in built.stdout
    refused = stamkund("train", within=survey)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("no_targets: ")
    scored = stamkund("score", within=survey)  # what features tell, without any model
    assert (scored.returncode, scored.stdout) == (
        3,
        f"240 customers as of 2024-02-01T00:00:00Z: {survey / 'scores.parquet'}\n",
    )
    assert without_progress(scored.stderr).startswith("no_targets: ")


def test_a_training_of_which_nothing_is_used_says_so_and_what_is_lacking(survey: Path, stamkund: Command) -> None:
    with (survey / "stamkund.yaml").open("a") as settings:
        settings.write("targets: {lapse: {type: lapse, event: survey, horizon: 7d, active: 14d}}\n")
    stamkund("build", within=survey)
    refused = stamkund("train", "--json", within=survey)
    told = json.loads(refused.stdout)
    assert (refused.returncode, told["error"]["code"]) == (1, "all_refused")
    assert told["targets"][0]["refusals"][0]["code"] == "too_few_outcomes"
    said = stamkund("train", within=survey)
    assert said.stderr.startswith("too_few_outcomes: 'lapse' has 0 outcomes")
    assert "Next:" not in said.stdout
    scored = stamkund("score", "--json", within=survey)
    assert scored.returncode == 3
    assert {name: json.loads(scored.stdout)[name] for name in ("customers", "models", "unanswered")} == {
        "customers": 240, "models": {}, "unanswered": ["lapse"],
    }  # fmt: skip
    shown = stamkund("score", within=survey)
    assert "No model answers for lapse: those columns are empty." in shown.stdout
    assert without_progress(shown.stderr).startswith("no_model: ")
    assert "No model is in use yet." in stamkund("score", "--customer", "c1", within=survey).stdout


def test_a_build_that_rejects_most_rows_is_done_and_says_so(survey: Path, stamkund: Command) -> None:
    with (survey / "survey.csv").open("a") as answers:
        answers.write("\n" + "c1,soon,9\n" * 241)
    built = stamkund("build", "--json", within=survey)
    assert (built.returncode, json.loads(built.stdout)["sources"][0]["rejected"]) == (3, {"bad_time": 241})


def test_a_build_that_meets_something_unexpected_changes_nothing_until_it_is_accepted(
    survey: Path, stamkund: Command
) -> None:
    assert stamkund("build", within=survey).returncode == 0
    (survey / "survey.csv").write_text("id,at,score\n" + "c1,soon,9\n" * 3)

    def kept() -> dict[str, bytes]:
        files = [*(survey / ".stamkund").rglob("*.parquet"), *(survey / ".stamkund").rglob("*.json")]
        return {file.name: file.read_bytes() for file in files}

    before = kept()
    stopped = stamkund("build", "--json", within=survey)
    error = json.loads(stopped.stdout)["error"]
    assert (stopped.returncode, error["code"], error["field"]) == (1, "fewer_rows", "sources.nps")
    assert error["message"].endswith("`stamkund build --accept fewer_rows,more_rejected`.")
    assert kept() == before
    wrong = stamkund("build", "--accept", "fewer_row", within=survey)
    assert (wrong.returncode, wrong.stderr[:14]) == (1, "unknown_code: ")
    (survey / "survey.csv").write_text("id,at,score\n" + "c1,2024-01-02,9\n" * 100)
    assert stamkund("build", "--accept", "fewer_rows, more_rejected", within=survey).returncode == 0
    anew = stamkund("build", "--anew", within=survey)
    assert (anew.returncode, "Everything was read anew: that was asked for." in anew.stdout) == (0, True)


def test_help_names_every_command(folder: Path) -> None:
    command = [sys.executable, "-m", "stamkund", "--help"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("init", "demo", "build", "train", "models", "score", "decide", "serve"))
