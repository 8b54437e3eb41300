"""The command that decides: shows what one customer would get, or decides for many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.errors import StamkundError
from serving.terminal.options import YAML, AsOf, Config, Json, moment, pairs_of, settings_of
from serving.terminal.output import output


def decide(
    customer: Annotated[str | None, typer.Argument(help="A customer's id, to look at one.")] = None,
    config: Config = YAML,
    as_of: AsOf = None,
    count: Annotated[int | None, typer.Option(help="How many offers; as declared when left out, or 3 of one.")] = None,
    *,
    context: Annotated[
        list[str] | None, typer.Option(help="What a request would say, such as channel=web. Repeatable.")
    ] = None,
    placement: Annotated[
        list[str] | None, typer.Option(help="Where they would be shown, as declared or not. Repeatable for many.")
    ] = None,
    why: Annotated[bool, typer.Option("--why", help="Of every candidate, what keeps it from being shown.")] = False,
    everyone: Annotated[bool, typer.Option("--everyone", help="Decide for all customers.")] = False,
    customers: Annotated[Path | None, typer.Option(help="Decide for those of this file: an id a line.")] = None,
    to: Annotated[
        str, typer.Option("--out", help="Of many: a Parquet file, or a database's URL; '${CRM}' is that in a variable.")
    ] = "decisions.parquet",
    table: Annotated[str, typer.Option(help="The table, when --out is a database.")] = "decisions",
    batch: Annotated[
        str | None, typer.Option(help="Its name: by the same one nobody is decided again. Default: a new one, told.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Of many: count what it comes to; write, keep and take nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show which offers a customer would get now, and why: nothing is kept. Or decide for many, which is.

    With --everyone or --customers each decision is kept, takes of caps and budgets like one over HTTP, and is written.
    """
    with output(as_json=as_json) as out:
        if (customer is not None) + everyone + (customers is not None) != 1:
            text = "Give one customer's id, or --everyone, or --customers with a file of ids: one of the three."
            raise StamkundError("bad_option", text, field="customer")
        told = pairs_of(context or (), "context")
        if customer is not None:
            if batch is not None or dry_run or len(placement or ()) > 1:
                text = "--batch, --dry-run and several --placement are for many: add --everyone or --customers FILE."
                raise StamkundError("bad_option", text, field="customer")
            from serving.terminal.decisions.decision import decision_of, decision_tables

            settings = settings_of(config)
            decision = decision_of(
                settings,
                customer,
                as_of=moment(as_of, settings.timezone),
                count=count or 3,
                folder=config.resolve().parent,
                context=told,
                placement=(placement or ["terminal"])[0],
                why=why,
            )
            out.say(*decision_tables(decision, settings.currency, why=why))
            out.answer(decision)
            return
        if as_of is not None or why:
            text = "--as-of and --why are for one customer: many are decided now."
            raise StamkundError("bad_option", text, field="as_of" if as_of is not None else "why")
        from serving.terminal.decisions.many import Asked, decide_many

        asked = Asked(customers, told, tuple(placement or ()), count)
        decide_many(out, config, asked, out=to, table=table, batch=batch, dry_run=dry_run)
