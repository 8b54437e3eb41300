from __future__ import annotations

from dataclasses import replace

from tests.training.registry.models import MODEL
from training.registration.card import model_card
from training.verdict.gate import Refusal, Verdict
from training.verdict.proxies import Proxy
from training.verdict.report import TrainingReport
from training.walk.race import Entry

REPORT = TrainingReport(
    MODEL.target, 0, rows=5200, customers=800, origins=13, tested=900, found=91_000,
    metrics={"auc": 0.81234, "slope": float("nan")},
    baseline="days_since_last_order", baseline_metrics={"auc": 0.75},
    race=[Entry(("linear",), 0.31, 0.01, 0.004), Entry(("trees",), 0.3, 0.0, 0.0)], learners=("trees",),
    verdict=Verdict((Refusal("wrong_level", "too high"),), 0.97, 1.0, 1.2, (1.1, 1.3)),
)  # fmt: skip


def test_a_card_tells_what_how_good_and_why_not() -> None:
    card = model_card(MODEL, REPORT, {"dataset": "beef", "consent": None})
    for words in (
        MODEL.target.description,
        "1970-01-01T00:00:00Z: 5,200 rows of 800 customers at 13 moments, 2 features",
        "They were drawn from 91,000 rows.",
        "dataset: `beef`",
        "| figure | model | rule `days_since_last_order` |",
        "| auc | 0.8123 | 0.75 |",
        "| slope | – | – |",
        "in 97% of resamples",
        "1.20 of what came true (90 % interval: 1.10 to 1.30)",
        "| linear | 0.3100 | 0.0100 ± 0.0040 |",
        "`wrong_level`: too high",
    ):
        assert words in card
    assert "consent" not in card


def test_a_card_of_little_says_so() -> None:
    card = model_card(MODEL, TrainingReport(MODEL.target, 0, 1, 1, 1, learners=("trees",)), {})
    for words in ("no rule", "None was run; the learner is trees", "It passed the gate", "Nothing came true"):
        assert words in card


def test_a_feature_that_stands_for_a_sensitive_attribute_is_named() -> None:
    report = replace(REPORT, proxies=(Proxy("height", "gender", "f", 0.91),))
    card = model_card(MODEL, report, {})
    assert (
        "## Sensitive attributes\n\n* `height` tells for whom the sensitive attribute `gender` is f (AUC 0.91" in card
    )
    assert TrainingReport.loads(report.dumps(), MODEL.target).proxies == report.proxies
    assert "Sensitive" not in model_card(MODEL, REPORT, {})
