"""The command that scores everybody, or tells of some."""

from __future__ import annotations

from typing import Annotated, Any, cast

import typer

from features.lake import Lake
from features.moments import iso
from serving.terminal.options import YAML, AsOf, Config, Json, moment, settings_of
from serving.terminal.output import REFUSED, output


def score(
    config: Config = YAML,
    as_of: AsOf = None,
    to: Annotated[str, typer.Option("--out", help="A Parquet file, or a database's URL.")] = "scores.parquet",
    table: Annotated[str, typer.Option(help="The table, when --out is a database.")] = "scores",
    customer: Annotated[
        list[str] | None, typer.Option(help="Tell this customer's scores and reasons here; write nothing. Repeatable.")
    ] = None,
    *,
    reasons: Annotated[int, typer.Option(min=0, max=20, help="How many each model gives; 0 is far faster.")] = 3,
    as_json: Json = False,
) -> None:
    """Score every customer: one row each, to a Parquet file or a database table (SQLAlchemy URL).

    Where no model answers yet, the rows hold what features and orders tell.
    """
    from serving.scoring.batches.batch import answers, score_batch
    from serving.scoring.champions import no_model
    from serving.terminal.tables import figures_table, scores_table

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        now = settings.now(moment(as_of, settings.timezone))
        if customer:
            told = answers(settings, customer, as_of=now, reasons=reasons)
            for each in told:
                scored = scores_table(cast(Any, each["models"]), settings.language)
                out.say(f"{each['customer_id']}:", figures_table(each), scored)
            build = Lake(settings.lake).version
            out.answer({"as_of": iso(now), "build": build, "currency": settings.currency, "scores": told})
            return
        with out.progress() as report:
            batch = score_batch(settings, as_of=now, out=to, table=table, progress=report, reasons=reasons)
        out.say(f"{batch.customers:,} customers: {batch.out}" + (f", table {table}" if "://" in to else ""))
        if batch.unanswered:
            out.say(f"No model answers for {', '.join(batch.unanswered)}: those columns are empty.")
        if not batch.models:
            out.warn(no_model(settings))
        about = {"as_of": iso(now), "customers": batch.customers, "out": batch.out, "models": batch.models}
        out.answer(about | {"left_out": batch.left_out, "unanswered": batch.unanswered})
        if batch.left_out or not batch.models:
            raise typer.Exit(REFUSED)
