"""A company that has just a table: its outcome is learnt, judged by random folds, scored over HTTP and in a batch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from features.config.settings import Settings, read_settings
from features.config.target_names import RESERVED, SUFFIXES
from features.errors import StamkundError
from features.profiles.fitted.feature_set import FeatureSet
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.scoring.batches.batch import scores
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import ENDS
from tests.serving.clients import client_of
from tests.training.conftest import sketch  # noqa: F401
from training.registration.card import model_card
from training.trainer import train
from training.verdict.report import TrainingReport

CHURN = {"type": "outcome", "column": "churn"}


def table(folder: Path, *, moments: int = 1) -> None:
    """Customers who leave more often on a monthly plan and in the first months; two have no outcome yet.

    ``closed`` is only known of those who left.
    """
    generator = np.random.default_rng(5)
    lines = ["who,day,plan,months,closed,churn", "open,2024-03-01,monthly,1,,", "loyal,2024-03-01,yearly,60,,"]
    for n in range(600):
        monthly, months = generator.random() < 0.5, generator.integers(1, 60)
        left = generator.random() < (0.5 if monthly else 0.1) + (0.4 if months < 20 else 0.0)
        day = f"2024-0{1 + n % moments}-01"
        plan, closed = "monthly" if monthly else "yearly", "x" * (1 + n % 2) if left else ""
        lines.append(f"c{n},{day},{plan},{months},{closed},{'Yes' if left else 'No'}")
    (folder / "people.csv").write_text("\n".join([*lines, ""]))


def settings_of(folder: Path, *, kind: str = "customers", **target: object) -> Settings:
    columns = {"customer_id": "who", "plan": "plan", "months": "months", "closed": "length(closed)", "churn": "churn"}
    time = {"time": "day"} if kind == "snapshots" else {}
    document = {
        "name": "Gym", "clock": "2024-03-01", "serving": {"models": "carried"}, "gate": {"outcomes": 100},
        "sources": {"people": {"table": kind, "from": "people.csv", "columns": {**columns, **time}}},
        "targets": {"left": {**CHURN, "table": kind, **target}},
    }  # fmt: skip
    (folder / "stamkund.yaml").write_text(yaml.safe_dump(document))
    return read_settings(folder / "stamkund.yaml")


def trained(settings: Settings) -> TrainingReport:
    build_all(settings, as_of=settings.now())
    (report,) = train(settings, as_of=settings.now())
    return report


@pytest.fixture
def gym(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Settings, TrainingReport]:
    request.getfixturevalue("sketch")
    table(tmp_path)
    settings = settings_of(tmp_path, leave_out=["closed"])
    return settings, trained(settings)


def test_a_table_alone_is_learnt_and_its_figures_say_that_no_time_stands_behind_them(
    gym: tuple[Settings, TrainingReport],
) -> None:
    settings, report = gym
    assert report.verdict.refusals == ()
    assert (report.rows, report.tested, report.folds) == (600, 600, 5)
    assert report.baseline == "plan: monthly"
    assert report.metrics["auc"] > report.baseline_metrics["auc"] + 0.02
    assert report.model is not None
    assert report.model.feature_names == ("months", "plan")
    assert set(FeatureSet.load(settings.feature_set).names) == {"closed", "months", "plan"}  # none of the outcome
    assert "No time stands behind the figures" in model_card(report.model, report, {})


def test_who_has_no_outcome_yet_is_scored_the_same_over_http_and_in_a_batch(
    gym: tuple[Settings, TrainingReport],
) -> None:
    settings, report = gym
    assert report.model is not None
    lineup = Lineup.of(FeatureSet.load(settings.feature_set), {"left": report.model})
    batch = {row["customer_id"]: row for row in scores(settings, as_of=settings.now(), lineup=lineup).to_dicts()}
    assert len(batch) == 602
    state = replace(load_state(settings, folder=settings.home.parent), lineup=lineup)
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    entries = http.post("/v1/scores", json={"customers": ["open", "loyal"]}).json()["scores"]
    state.store.dispose()
    chances = [entry["models"]["left"]["probability"] for entry in entries]
    assert chances == [batch["open"]["left_probability"], batch["loyal"]["left_probability"]]
    assert chances[0] > 0.6
    assert chances[1] < 0.2
    assert {reason["code"] for reason in entries[0]["models"]["left"]["reasons"]} == {"months", "plan"}


def test_no_other_name_of_a_target_than_those_reserved_has_a_column_of_all_models(
    gym: tuple[Settings, TrainingReport],
) -> None:
    settings, report = gym
    assert report.model is not None
    lineup = Lineup.of(FeatureSet.load(settings.feature_set), {"left": report.model})
    columns = scores(settings, as_of=settings.now(), lineup=lineup).columns
    own = [column.removeprefix("left_") for column in columns if column.startswith("left_")]
    assert {*own} <= {*SUFFIXES}
    assert {*ENDS, "amount", "campaign_id"} <= {*SUFFIXES}
    fixed = [column for column in columns if not column.startswith("left_")]
    taken = {
        column.removesuffix(f"_{suffix}") for column in fixed for suffix in SUFFIXES if column.endswith(f"_{suffix}")
    }
    assert taken == {"churn", *RESERVED}


@pytest.mark.usefixtures("sketch")
def test_a_column_that_is_only_known_with_the_outcome_is_named(tmp_path: Path) -> None:
    table(tmp_path)
    (leak,) = (r for r in trained(settings_of(tmp_path)).verdict.refusals if r.code == "leak")
    assert "`leave_out: [closed]`" in leak.message
    assert "alone 1." in leak.message


@pytest.mark.usefixtures("sketch")
def test_snapshots_of_many_moments_are_tested_on_the_latest(tmp_path: Path) -> None:
    table(tmp_path, moments=3)
    report = trained(settings_of(tmp_path, kind="snapshots", leave_out=["closed"], horizon="14d"))
    assert report.folds == 0
    assert 0 < report.tested < 600
    assert "too_little_history" not in [refusal.code for refusal in report.verdict.refusals]


@pytest.mark.parametrize(
    "wrong", [{"column": "chrun"}, {"leave_out": ["closd"]}, {"kind": "snapshots", "column": "churm"}]
)
def test_columns_that_no_source_maps_are_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(StamkundError, match="did you mean 'c") as caught:
        settings_of(tmp_path, **wrong)
    assert caught.value.code == "unknown_column"
