"""The commands about decisions: what one customer would get, deciding for many, and what was decided."""

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
    append: Annotated[bool, typer.Option("--append", help="Keep the table's rows of other batches.")] = False,
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
            if batch is not None or dry_run or append or len(placement or ()) > 1:
                text = (
                    "--batch, --append, --dry-run and several --placement are for many: add --everyone or "
                    "--customers FILE."
                )
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
        decide_many(out, config, asked, out=to, table=table, append=append, batch=batch, dry_run=dry_run)


def export(
    config: Config = YAML,
    since: Annotated[str | None, typer.Option(help="From which moment or day on. Default: the first.")] = None,
    until: Annotated[str | None, typer.Option(help="Before which moment or day. Default: now.")] = None,
    *,
    with_outcomes: Annotated[
        bool, typer.Option("--outcomes", help="What came of what was chosen: a row for each outcome.")
    ] = False,
    to: Annotated[
        str, typer.Option("--out", help="A Parquet file, or a database's URL; '${CRM}' is that in a variable.")
    ] = "interactions.parquet",
    table: Annotated[str, typer.Option(help="The table, when --out is a database.")] = "interactions",
    as_json: Json = False,
) -> None:
    """Write the log of decisions in the columns that pdstools reads: a row for each candidate that could be chosen."""
    with output(as_json=as_json) as out:
        from serving.exports.decisions import Export
        from serving.http.current.state import load_state

        settings = settings_of(config)
        first, last = moment(since, settings.timezone), moment(until, settings.timezone)
        state = load_state(settings, folder=config.resolve().parent, lenient=True)
        try:
            made = Export(state, first or 0, settings.now() + 1 if last is None else last, with_outcomes=with_outcomes)
            where = made.write(to, table)
        finally:
            state.store.dispose()
        held = f" {made.left_out:,} are left out: their customers do not allow exports." if made.left_out else ""
        out.say(f"{made.decisions:,} decisions in {where}.{held}")
        out.answer({"out": where, "decisions": made.decisions, "left_out": made.left_out})


def effects(
    config: Config = YAML,
    as_of: Annotated[str | None, typer.Option(help="As known at which moment or day. Default: now.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """What control arms show: how much more those outside of an arm order than those in it, with intervals."""
    with output(as_json=as_json) as out:
        from serving.decisions.effects import effects as effects_of
        from serving.terminal.decisions.effects import effects_tables

        settings = settings_of(config)
        asked = moment(as_of, settings.timezone)
        found = effects_of(settings, as_of=settings.now() if asked is None else asked)
        if found.is_empty():
            raise StamkundError("no_arms", field="decisions.control")
        out.say(*effects_tables(found, settings.currency))
        out.answer({"currency": settings.currency, "effects": found.to_dicts()})
