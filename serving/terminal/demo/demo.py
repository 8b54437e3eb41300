"""The whole road on an example, as a newcomer should see it: profiles, models, scores, offers for real customers."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import orjson
import polars as pl
from rich.console import Console
from rich.text import Text

from features.config.settings import Settings
from features.errors import StamkundError
from features.profiles.fitted.feature_set import FeatureSet
from features.progress import Progress
from serving.decisions.control.arms import Arms
from serving.jobs.build import build_all
from serving.jobs.insights import found
from serving.process.server import background_service
from serving.scoring.batches.batch import score_batch
from serving.scoring.champions import load_lineup
from serving.terminal.decisions.decision import offers_table
from serving.terminal.demo.findings import tell_findings
from serving.terminal.notable import notable_customers
from serving.terminal.tables import (
    features_table,
    outcomes_table,
    scores_table,
    sources_table,
    training_table,
)
from training.trainer import train
from training.verdict.evaluate import evaluate
from training.verdict.report import Evaluation

HIGHLIGHTS = (
    "stage",
    "persona",
    "orders_28d",
    "days_since_last_order",
    "spend_90d",
    "spend_trend_28d",
    "order_gap_mean_all",
    "contacts_90d",
)
Answer = Mapping[str, Any]


def demo(
    settings: Settings,
    config: Path,
    out: Console,
    *,
    port: int,
    once: bool,
    progress: Progress,
    answer: Callable[[Answer], None],
) -> None:
    """Build, train, score and serve; show what came of each; then serve on, unless ``once``.

    ``answer`` is told, once the service answers, where that is and what was made.
    """
    now = settings.now()
    out.rule(Text("1  Events become profiles", style="bold"))
    built = build_all(settings, as_of=now, progress=progress)
    out.print(sources_table(built.report))
    out.print(f"{built.customers:,} customers, {len(built.feature_set.names)} features each, as of the clock.")
    out.rule(Text("2  Profiles become models", style="bold"))
    reports = train(settings, as_of=now, progress=progress, quick=True)
    out.print(training_table(reports))
    evaluations = _evaluations(settings, now)
    if evaluations:
        out.print("\nThe data goes on after the clock. What the models said then, against what came true:")
        out.print(outcomes_table(evaluations))
    out.rule(Text("3  Models score everyone", style="bold"))
    batch = score_batch(settings, as_of=now, out=settings.home / "scores.parquet", progress=progress)
    out.print(f"{batch.customers:,} customers, one row each: {batch.out}")
    findings = found(settings, as_of=now)
    out.rule(Text("4  The service answers", style="bold"))
    with background_service(config, port=port) as url:
        answer(
            {
                "url": url,
                "customers": batch.customers,
                "scores": batch.out,
                "models": batch.models,
                "findings": findings,
            }
        )
        arms = Arms({} if settings.decisions is None else settings.decisions.control)
        examples = notable_customers(pl.read_parquet(batch.out), arms)
        bases = [_show(out, url, built.feature_set, customer, why) for why, customer in examples]
        if examples:
            _invite(out, url, examples[-1][1], bases[-1])
        tell_findings(out, settings, findings, config)
        if not once:
            _serve_on(out, url)


def _evaluations(settings: Settings, now: int) -> list[Evaluation]:
    """The champions against outcomes after the clock, where the data reaches that far."""
    evaluations, lineup = [], load_lineup(settings, folder=settings.home.parent)
    for model in lineup.models.values() if lineup else ():
        try:
            evaluations.append(evaluate(settings, model, as_of=now))
        except StamkundError as error:  # the horizon is not over by the end of the data
            if error.code != "outcomes_not_known":
                raise
    return evaluations


def _show(out: Console, url: str, feature_set: FeatureSet, customer: str, why: str) -> str:
    """Print a customer's profile, scores and offers; returns how the offers were ranked."""
    profile = _call(f"{url}/v1/profiles/user_id:{customer}")
    decision = _call(f"{url}/v1/decisions", _decision_request(customer))
    out.print(Text.assemble("\n", (f"Customer {customer}", "bold"), f" – {why}"))
    out.print(
        features_table(feature_set, {n: profile["features"].get(n) for n in HIGHLIGHTS if n in feature_set.names})
    )
    out.print(scores_table(profile["scores"]["models"]))
    if decision["control_group"]:
        out.print("control arm {arm}: gets {gets}".format_map(decision["control"]))
    (placement,) = decision["placements"]
    out.print(offers_table(placement["items"], decision["currency"]))
    others = sorted(placement["excluded"], key=lambda each: -each["count"])
    out.print("not shown: " + ", ".join(f"{each['count']:,} {each['reason'].replace('_', ' ')}" for each in others))
    return str(decision["basis"])


def _decision_request(customer: str) -> Answer:
    profile = {"id_type": "user_id", "id": customer}
    return {"profile": profile, "placements": [{"id": "home", "count": 2}]}


def _call(url: str, body: Answer | None = None) -> Answer:
    data = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(url, data, {"content-type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  (our own service)
        return cast(Answer, orjson.loads(answer.read()))


def _invite(out: Console, url: str, customer: str, basis: str) -> None:
    body = orjson.dumps(_decision_request(customer)).decode()
    out.print(f"\nHow offers are ranked: {basis}\n\nTry it:")
    out.print(f"  curl -s {url}/v1/decisions -H 'content-type: application/json' -d '{body}'", soft_wrap=True)


def _serve_on(out: Console, url: str) -> None:
    out.print(f"\nServing on {url} (its API: {url}/docs). Stop with Ctrl-C.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        out.print("Stopped.")
