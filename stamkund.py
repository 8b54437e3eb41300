"""The command line: ``stamkund --help``."""

from __future__ import annotations

import os
from typing import Final

import typer

# Libraries that talk on the terminal or over the network unasked are told not to before they are imported.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")

from serving.terminal.commands import (
    backup,
    candidates,
    data,
    decide,
    fuzzy,
    identity,
    keys,
    models,
    privacy,
    rejected,
    scores,
    service,
)
from serving.terminal.insights import commands as insights
from serving.terminal.insights import flow_commands as flows
from serving.terminal.insights import report
from serving.terminal.jobs import commands as jobs
from serving.terminal.options import ending

HELP: Final = """From raw customer events to the right offer for the right customer.

Start with `demo`, or with `init` on your files."""
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
versions = typer.Typer(help="List, judge, promote and roll back models.", no_args_is_help=True)
people = typer.Typer(help="See who is who and why, and say otherwise.", no_args_is_help=True)
rights = typer.Typer(help="What is held of people: show it, erase it, take stock of it.", no_args_is_help=True)
decided = typer.Typer(help="What was decided, for the tools of others, and what it brings.", no_args_is_help=True)
offered = typer.Typer(help="See and say what is offered, beside your files.", no_args_is_help=True)
reports = typer.Typer(help="Reports for people, and whom they are about.", no_args_is_help=True)
happening = typer.Typer(help="What is happening to your customers.", no_args_is_help=True)
work = typer.Typer(help="Long work that was asked for over HTTP: list, show and end it.", no_args_is_help=True)
access = typer.Typer(help="Make, list, rotate and revoke the API keys of the service.", no_args_is_help=True)

app.command(epilog=ending("stamkund init orders.csv customers.parquet exports/"))(data.init)
app.command(epilog=ending("stamkund demo --once"))(service.demo)
app.command(epilog=ending("stamkund doctor --as-of 2024-06-30"))(data.doctor)
app.command(epilog=ending("stamkund build --json", "most rows of a source were rejected"))(data.build)
app.command(epilog=ending("stamkund train lapse spend", "a model was refused"))(models.train)
app.add_typer(versions, name="models")
versions.command("list", epilog=ending("stamkund models list --json"))(models.list_versions)
versions.command(epilog=ending("stamkund models scorecard lapse"))(models.scorecard)
versions.command(epilog=ending("stamkund models promote lapse 3"))(models.promote)
versions.command(epilog=ending("stamkund models rollback lapse"))(models.rollback)
app.command(epilog=ending("stamkund score --out sqlite:///crm.db", "a champion was left out, or no model answers"))(
    scores.score
)
app.command(epilog=ending("stamkund decide 1042 --why --context channel=web"))(decide.decide)
app.add_typer(decided, name="decisions")
decided.command(epilog=ending("stamkund decisions export --since 2024-06-01 --outcomes"))(decide.export)
decided.command(epilog=ending("stamkund decisions effects --as-of 2024-06-30"))(decide.effects)
app.add_typer(offered, name="candidates")
offered.command("list", epilog=ending("stamkund candidates list --json"))(candidates.list_candidates)
offered.command(epilog=ending("stamkund candidates show spring-tea"))(candidates.show)
offered.command("set", epilog=ending("stamkund candidates set spring-tea tea.json --version 2"))(candidates.write)
offered.command(epilog=ending("stamkund candidates pause spring-tea"))(candidates.pause)
offered.command(epilog=ending("stamkund candidates expire spring-tea --at 2024-05-31"))(candidates.expire)
offered.command(epilog=ending("stamkund candidates history spring-tea"))(candidates.history)
app.command(epilog=ending("stamkund serve --port 8080 --workers 2"))(service.serve)
app.command(epilog=ending("stamkund rejected --code bad_time --count 5"))(rejected.rejected)
app.command(epilog=ending("stamkund backup /backups/2024-06-30"))(backup.backup)
app.add_typer(people, name="identity")
people.command(epilog=ending("stamkund identity report --dry-run"))(identity.report)
people.command(epilog=ending("stamkund identity explain email:anna@example.org"))(identity.explain)
people.command(epilog=ending("stamkund identity merge 1042 2077 --reason 'one person, two accounts'"))(identity.merge)
people.command(epilog=ending("stamkund identity split 1042 email:info@example.org --reason 'a desk'"))(identity.split)
people.command(epilog=ending("stamkund identity review --count 50"))(identity.review)
people.command(epilog=ending("stamkund identity propose --out links.parquet"))(fuzzy.propose)
app.add_typer(happening, name="insights")
app.add_typer(reports, name="report")
reports.command(epilog=ending("stamkund report customers --lang sv"))(report.customers)
reports.command(epilog=ending("stamkund report people late --count 500"))(report.people)
happening.command(epilog=ending("stamkund insights refresh"))(insights.refresh)
happening.command(epilog=ending("stamkund insights metrics revenue --by channel --grain week"))(insights.metrics)
happening.command(epilog=ending("stamkund insights journeys purchase --by channel"))(insights.journeys)
happening.command(epilog=ending("stamkund insights stages --last 3"))(flows.stages)
happening.command(epilog=ending("stamkund insights paths order"))(flows.paths)
happening.command(epilog=ending("stamkund insights worth"))(flows.worth)
happening.command(epilog=ending("stamkund insights segments loyal --channel email"))(insights.segments)
app.add_typer(work, name="jobs")
work.command("list", epilog=ending("stamkund jobs list --state failed"))(jobs.list_jobs)
work.command(epilog=ending("stamkund jobs show 1f2e3d4c"))(jobs.show)
work.command(epilog=ending("stamkund jobs cancel 1f2e3d4c"))(jobs.cancel)
app.add_typer(access, name="keys")
access.command(epilog=ending("stamkund keys create shop --scope write --scope read --expires 90d"))(keys.create)
access.command("list", epilog=ending("stamkund keys list --json"))(keys.list_keys)
access.command(epilog=ending("stamkund keys rotate 1f2e3d4c --grace 48h"))(keys.rotate)
access.command(epilog=ending("stamkund keys revoke 1f2e3d4c"))(keys.revoke)
app.add_typer(rights, name="privacy")
rights.command(epilog=ending("stamkund privacy export user_id:1042 --out 1042.json"))(privacy.export)
rights.command(epilog=ending("stamkund privacy erase user_id:1042"))(privacy.erase)
rights.command(epilog=ending("stamkund privacy inventory --out inventory.md"))(privacy.inventory)
app.command(epilog=ending("stamkund bento --config shop/stamkund.yaml"))(service.bento)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
