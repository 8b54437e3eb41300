"""Model quality on The Complete Journey, against what came true and beside the best rule: the README's tables.

Each model is trained on what was known at its moment alone, with the default features and settings. Lapse: customers
with an order in the 56 days before, no order in the 28 after; at 2017-12-03, and on four days, by a model of each,
beside the single feature that does best on the very day (`lapse_days_*`, and each day's figures by its date). Spend:
2017-10-08, customers with an order in the 84 days before, their spend in the 84 after. Redemption: trained when the
campaigns up to the summer were over (2017-09-15), tested on every contact after whose outcome is known when the data
ends. `redemption_all_auc` is the AUC over all contacts after, those of campaigns that outlast the data taken as not
redeemed; with it compare first passes that count so.
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

from benchmarks import lapse_days
from features import build, read_settings
from features.config.settings import Settings
from features.moments import micros
from training.evaluate import evaluate
from training.learners.model import Model
from training.report import Evaluation
from training.train import train

EXAMPLE = Path(__file__).parents[1] / "examples" / "completejourney" / "stamkund.yaml"
MOMENTS = {"lapse": date(2017, 12, 3), "spend": date(2017, 10, 8), "redemption": date(2017, 9, 15)}
FIGURES = {"probability": ("auc", "average_precision", "log_loss", "ece10"), "amount": ("mae", "rmse", "gini", "bias")}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--config", type=Path, default=EXAMPLE, help="settings with the targets of the example")
    config = options.parse_args(arguments).config
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings(config).model_copy(update={"home": Path(home), "store": None, "registry": None})
        build(settings, as_of=settings.now())
        by_day = {day: _train(settings, "lapse", micros(day)) for day in lapse_days.DAYS}
        days = [lapse_days.day_of(settings, model, day) for day, model in by_day.items()]
        others = {name: _train(settings, name, micros(day)) for name, day in MOMENTS.items() if name != "lapse"}
        models = {"lapse": by_day[MOMENTS["lapse"]], **others}
        evaluations = [evaluate(settings, model, as_of=model.as_of) for model in models.values()]
        redemption = models["redemption"]
        every = evaluate(settings, redemption, as_of=redemption.as_of, open_as_none=True)
    console = Console(width=124, highlight=False)
    console.print(_table(evaluations))
    console.print(
        f"Redemption over all {every.rows:,} contacts, open outcomes taken as none: AUC {every.metrics['auc']:.3f}, "
        f"{every.baseline} {every.baseline_metrics['auc']:.3f}."
    )
    four = lapse_days.figures(days)
    console.print(lapse_days.table_of(days, four))
    figures = {f"{e.target.name}_{key}": value for e in evaluations for key, value in _figures(e).items()}
    figures |= {"redemption_all_auc": every.metrics["auc"], "redemption_all_rows": every.rows, **four}
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


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
    return {**figures, f"rule_{first}": evaluation.baseline_metrics[first], **counts}


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
