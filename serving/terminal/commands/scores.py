"""The command that scores everybody, or tells of some."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast

import typer

from features.moments import iso
from features.units import DAY
from serving.terminal.options import YAML, AsOf, Config, Json, moment, settings_of
from serving.terminal.output import REFUSED, output


def score(
    config: Config = YAML,
    as_of: AsOf = None,
    to: Annotated[
        str,
        typer.Option("--out", help="A Parquet file, or a database's URL; '${CRM}' is the one in that variable."),
    ] = "scores.parquet",
    table: Annotated[str, typer.Option(help="The table, when --out is a database.")] = "scores",
    customer: Annotated[
        list[str] | None, typer.Option(help="Tell this customer's scores and reasons here; write nothing. Repeatable.")
    ] = None,
    *,
    append: Annotated[
        bool, typer.Option("--append", help="Keep the table's rows of other moments and versions.")
    ] = False,
    reasons: Annotated[int, typer.Option(min=0, max=20, help="How many each model gives; 0 is far faster.")] = 3,
    as_json: Json = False,
) -> None:
    """Score every customer: one row each, to a Parquet file or a database table (SQLAlchemy URL).

    A batch that was killed goes on where it stopped, if it is begun again within a day and all that scores are made
    from is as it was. Where no model answers yet, the rows hold what features and orders tell.
    """
    from features.lake import Lake
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
        begun = None if as_of or settings.clock else now - DAY  # one that was killed tells its own moment
        with out.progress() as report:
            batch = score_batch(
                settings, as_of=now, out=to, table=table, append=append, progress=report, reasons=reasons, since=begun
            )
        if batch.anew:
            out.say(f"An unfinished batch was dropped, because these have changed: {', '.join(batch.anew)}.")
        if batch.continued:
            out.say(f"{batch.continued:,} customers had been scored before, by a batch that was killed.")
        out.say(f"{batch.customers:,} customers as of {iso(batch.as_of)}: {batch.out}")
        if batch.unanswered:
            out.say(f"No model answers for {', '.join(batch.unanswered)}: those columns are empty.")
        if not batch.models:
            out.warn(no_model(settings))
        out.answer(asdict(batch) | {"as_of": iso(batch.as_of)})
        if batch.left_out or not batch.models:
            raise typer.Exit(REFUSED)
