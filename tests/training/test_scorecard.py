"""A scorecard of four customers, whose figures can be told by hand; moments are told in days."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.scores.table import writing
from features.units import DAY
from serving.terminal.answers import scorecard_answer
from serving.terminal.tables import scorecard_table
from tests.training.registry.models import MODEL, settings_in
from tests.training.walk.test_dataset import shop
from training import scorecard as module
from training.learners.model import Model
from training.registry.versions import ModelVersion
from training.scorecard import scorecard
from training.targets.declared import target_of

EVENTS = (
    *((who, "order", 70, 100, None) for who in ("ann", "bob", "cat", "dan")),
    ("ann", "order", 90, 100, None), ("cat", "order", 128, 100, None),  # bob and dan never come again
    ("eve", "order", 128, 100, None),
)  # fmt: skip
VERSIONS = {1: 60, 2: 99}  # and the day that each was trained at


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = settings_in(tmp_path / "home")
    shop(settings.lake, *EVENTS)
    told = {
        (1, 80): {"ann": 0.1, "bob": 0.9, "cat": 0.4, "dan": 0.6},
        (2, 80): {"ann": 0.1, "bob": 0.9},
        (2, 100): {"ann": 0.2, "bob": 0.6, "cat": 0.8, "dan": 0.8, "gone": 0.5},
        (2, 120): {"ann": 0.2},
    }
    for (version, day), scores in told.items():
        with writing(settings.scores, {"lapse": version}, as_of=day * DAY) as write:
            rows = {"customer_id": list(scores), "value": list(scores.values()), "campaign_id": [None] * len(scores)}
            write("lapse", pl.DataFrame(rows, schema_overrides={"campaign_id": pl.String}))

    def load(_: Settings, name: str, version: int) -> Model:
        return replace(MODEL, name=name, version=version, as_of=VERSIONS[version] * DAY)

    known = [ModelVersion("lapse", version, (), day * DAY, "passed") for version, day in VERSIONS.items()]
    monkeypatch.setattr(module, "load", load)
    monkeypatch.setattr(module, "listing", lambda _: known)
    return settings


def test_each_batch_stands_beside_what_came_true_of_those_it_scored(company: Settings) -> None:
    """Within 28 days of day 80 ann alone orders, of day 100 cat alone; the data end with day 128."""
    latest, fair, seen, first = scorecard(company)
    assert [(e.version, e.as_of // DAY) for e in (latest, fair, seen, first)] == [(2, 120), (2, 100), (2, 80), (1, 80)]
    assert (latest.figures, latest.came, latest.known_at) == ({}, None, 148 * DAY)
    assert (seen.seen, seen.figures) == (True, {})
    assert (first.customers, first.mean, first.came) == (4, 0.5, 0.75)
    assert first.figures["auc"] == 1.0  # ann, who came, has the lowest score
    assert (fair.customers, fair.figures["rows"]) == (5, 4)  # of "gone" nothing is known
    assert fair.figures["mean_score"] == pytest.approx(0.6)
    assert fair.figures["auc"] == pytest.approx(0.5 / 3)  # cat stays before dan by half, and behind ann and bob


def test_tables_and_answers_say_why_nothing_is_told_yet(company: Settings) -> None:
    entries = scorecard(company, ["lapse"])
    (column,) = (c for c in scorecard_table(entries).columns if c.header == "figure")
    told = [str(cell) for cell in column.cells]
    assert told == ["open until 1970-05-29", "AUC 0.167", "seen in training", "AUC 1.000"]
    assert scorecard_answer(entries[0])["came"] is None


def test_a_file_of_scores_that_is_cut_off_or_of_another_kind_is_told(company: Settings) -> None:
    whole = (company.scores / f"lapse-2-{100 * DAY}.parquet").read_bytes()
    pl.DataFrame({"customer_id": ["ann"]}).write_parquet(other := company.scores / "other.parquet")
    for content in (whole[:-9], b"", other.read_bytes()):
        other.write_bytes(content)
        with pytest.raises(StamkundError, match=r"other\.parquet is no whole file of scores") as refused:
            scorecard(company)
        assert refused.value.code == "scores_corrupt"


def test_without_batches_and_of_unknown_models_there_is_no_scorecard(company: Settings, tmp_path: Path) -> None:
    for settings, names, code in (
        (settings_in(tmp_path / "new"), None, "no_scores"),
        (company, ["laps"], "unknown_model"),
    ):
        with pytest.raises(StamkundError) as refused:
            scorecard(settings, names)
        assert refused.value.code == code


def test_contacts_are_told_as_their_campaigns_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At day 50 two contacts of a campaign that ends with day 60, and one of another that outlasts the data."""
    settings = settings_in(tmp_path / "home", {"offer": {"type": "redemption", "contact": "mail", "response": "reply"}})
    told = [("ann", "short", 0.9), ("bob", "short", 0.2), ("cat", "long", 0.4)]
    mails = ((who, "mail", 40, None, campaign) for who, campaign, _ in told)
    orders = ((who, "order", 1, 100, None) for who, *_ in told)
    shop(settings.lake, *orders, *mails, ("ann", "reply", 55, None, "short"), ("cat", "order", 80, 100, None))
    with writing(settings.scores, {"offer": 1}, as_of=50 * DAY) as write:
        write("offer", pl.DataFrame(told, schema=["customer_id", "campaign_id", "value"], orient="row"))
    target = target_of("offer", settings.targets["offer"])
    monkeypatch.setattr(
        module, "load", lambda *_: replace(MODEL, name="offer", version=1, target=target, as_of=50 * DAY)
    )
    monkeypatch.setattr(module, "listing", lambda _: [ModelVersion("offer", 1, (), 50 * DAY, "passed")])
    (entry,) = scorecard(settings)
    assert (entry.figures["rows"], entry.figures["auc"], entry.came) == (2, 1.0, 0.5)
    assert (entry.open, entry.known_at) == (1, 100 * DAY)  # when the other campaign ends
    (column,) = (c for c in scorecard_table([entry]).columns if c.header == "figure")
    assert [str(cell) for cell in column.cells] == ["AUC 1.000, 1 open"]
