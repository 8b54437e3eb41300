"""Model quality on real data, against what came true and beside the best rule: the README's tables.

Each model is trained on what was known at its moment alone, with the default features and settings. On The Complete
Journey: lapse of customers with an order in the 56 days before, no order in the 28 after, on four days, beside the
single feature that does best on the very day; spend of customers with an order in the 84 days before, in the 28 days
after on the same days, and in the 84 after 2017-10-08; redemption trained when the campaigns up to the summer were over
(2017-09-15), tested on every contact after whose outcome is known when the data ends. `redemption_all` is over all
contacts after, those of campaigns that outlast the data taken as not redeemed; with it compare first passes that count
so. With `--data`, a folder that has `cdnow`: the spend of all its customers in the 90 days after three quarters' ends;
with `telco_ibm` and `bank_marketing` the outcomes of tables (`python -m benchmarks.quality.outcomes` alone).
Last customers whose every probability is known (`python -m benchmarks.quality.truth` alone).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.quality import amounts, lapse_days, outcomes, sets, truth
from features import build
from features.config.settings import Settings
from features.moments import micros
from training.learners.model import Model
from training.trainer import train
from training.verdict.evaluate import evaluate
from training.verdict.report import Evaluation

NAMES = {"lapse": "lapse_2017-12-03", "spend": "spend_84d", "redemption": "redemption"}
MOMENTS = {"lapse": date(2017, 12, 3), "spend": date(2017, 10, 8), "redemption": date(2017, 9, 15)}
FIGURES = {
    "probability": ("auc", "average_precision", "log_loss", "ece10"),
    "amount": ("gini", "mae", "median_mae", "rmse", "bias", "coverage"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    config_help = "settings with the targets of the example"
    options.add_argument("--config", type=Path, default=sets.EXAMPLE, help=config_help)
    options.add_argument("--data", type=Path, help="a folder of further data sets, such as cdnow")
    choice = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        settings = sets.complete_journey(choice.config, Path(home))
        build(settings, as_of=settings.now())
        by_day = {day: _train(settings, "lapse", micros(day)) for day in sets.DAYS}
        days = [lapse_days.day_of(settings, model, day) for day, model in by_day.items()]
        others = {name: _train(settings, name, micros(day)) for name, day in MOMENTS.items() if name != "lapse"}
        models = {"lapse": by_day[MOMENTS["lapse"]], **others}
        evaluations = [evaluate(settings, model, as_of=model.as_of) for model in models.values()]
        redemption = models["redemption"]
        every = evaluate(settings, redemption, as_of=redemption.as_of, open_as_none=True)
        spend = amounts.days_of(settings, "spend_28d", sets.moments(sets.DAYS), end=micros(sets.END))
    console = Console(width=140, highlight=False)
    console.print(_table(evaluations))
    console.print(
        f"Redemption over all {every.rows:,} contacts, open outcomes taken as none: AUC {every.metrics['auc']:.3f}, "
        f"{every.baseline} {every.baseline_metrics['auc']:.3f}."
    )
    four = lapse_days.figures(days)
    console.print(lapse_days.table_of(days, four))
    console.print(amounts.table_of("spend in 28 days at", spend))
    figures = {f"completejourney.{NAMES[e.target.name]}.{k}": v for e in evaluations for k, v in _figures(e).items()}
    figures |= {"completejourney.redemption_all.auc": every.metrics["auc"], **four}
    figures |= amounts.figures("completejourney.spend_28d", spend)
    if choice.data and (choice.data / "cdnow").is_dir():
        figures |= _cdnow(choice.data, console)
    else:
        console.print("CDNOW is left out: give --data a folder that has `cdnow/transactions_master.parquet`.")
    if choice.data and all((choice.data / folder).is_dir() for folder in ("telco_ibm", "bank_marketing")):
        figures |= outcomes.outcomes(choice.data)
    with tempfile.TemporaryDirectory() as home:
        known = truth.measure(Path(home))
    console.print(truth.table_of(known))
    figures |= {key: value for each in known for key, value in each.figures.items()}
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def _cdnow(data: Path, console: Console) -> dict[str, float]:
    """The figures of CDNOW: the means over its days, and with ``.last_day`` those of the last."""
    with tempfile.TemporaryDirectory() as home:
        settings = sets.cdnow(data, Path(home))
        build(settings, as_of=settings.now())
        spend = amounts.days_of(settings, "spend_90d", sets.moments(sets.CDNOW_DAYS), end=micros(sets.CDNOW_END))
    console.print(amounts.table_of("CDNOW: spend in 90 days at", spend))
    last = {f"{key}.last_day": value for key, value in amounts.figures("cdnow.spend_90d", spend[-1:]).items()}
    return amounts.figures("cdnow.spend_90d", spend) | last


def _train(settings: Settings, name: str, as_of: int) -> Model:
    (report,) = train(settings, as_of=as_of, targets=[name])
    assert report.model is not None, report.verdict
    return report.model


def _figures(evaluation: Evaluation) -> dict[str, float]:
    figures = {
        key: evaluation.metrics[key] for key in FIGURES[evaluation.target.score_kind] if key in evaluation.metrics
    }
    first = FIGURES[evaluation.target.score_kind][0]
    counts = {"rows": evaluation.rows, "left_out": evaluation.left_out}
    return {**figures, f"{first}.rule": evaluation.baseline_metrics[first], **counts}


def _table(evaluations: Sequence[Evaluation]) -> Table:
    heads = ("target", "trained and tested at", "rows", "outcome open", "figure", "model", "best of the rules", "it is")
    table = Table(*heads, box=None)
    for each in evaluations:
        figure = FIGURES[each.target.score_kind][0]
        model, rule = each.metrics[figure], each.baseline_metrics[figure]
        numbers = [f"{v:.3f}" if v < 1 else f"{v:,.1f}" for v in (model, rule)]
        counts = [f"{each.rows:,}", f"{each.left_out:,}"]
        row = [each.target.name, str(MOMENTS[each.target.name]), *counts, figure.upper(), *numbers]
        table.add_row(*row, str(each.baseline))
    return table


if __name__ == "__main__":
    main()
