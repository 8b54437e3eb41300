"""The command line: ``stamkund --help``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from features.errors import StamkundError
from features.files import write_text
from features.moments import parse

if TYPE_CHECKING:
    from features.config.settings import Settings
    from features.progress import Progress as Report

# Libraries that talk on the terminal or over the network unasked are told not to before they are imported.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")

HELP = "From raw customer events to the right offer for the right customer. Start with `demo`, or `init` on your files."
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
models = typer.Typer(help="List, promote and roll back models.", no_args_is_help=True)
app.add_typer(models, name="models")
# Names and paths of the company's data are printed as they are: brackets and colons in them are not markup.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The settings of your company.")]
AsOf = Annotated[str | None, typer.Option(help="The moment to look from, such as 2017-12-03. Default: the clock.")]
YAML, EXAMPLE = Path("stamkund.yaml"), Path("examples/completejourney/stamkund.yaml")


@app.command()
def init(
    files: Annotated[list[Path], typer.Argument(help="CSV or Parquet files, or folders of them.")],
    to: Annotated[Path, typer.Option(help="Where to write the settings.")] = YAML,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Look at your files, guess what they hold, and write a commented stamkund.yaml."""
    from features.onboarding.guess import guess

    if to.exists() and not force:
        raise StamkundError("exists", f"{to} exists. Choose another name with --to, or --force to overwrite it.")
    write_text(to, guess(files, home=to.parent))
    out.print(f"Wrote {to}. Read its comments, mend what was guessed wrong, then run `stamkund build`.")


@app.command()
def demo(
    config: Config = EXAMPLE,
    port: Annotated[int, typer.Option(help="Where to serve.")] = 3000,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop after the answers.")] = False,
) -> None:
    """Run the whole road on The Complete Journey: profiles, models, scores, offers, a running service."""
    from serving.terminal.demo import demo as run

    if config == EXAMPLE and not config.exists():
        message = "The demo's example is in Stamkund's checkout: run it there, or give settings of yours with --config."
        raise StamkundError("no_example", message, field="config")
    with progress() as report:
        run(settings_of(config), config, out, port=port, once=once, progress=report)


@app.command()
def doctor(
    config: Config = YAML,
    as_of: AsOf = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON object.")] = False,
) -> None:
    """Say how ready your data is, before anything is built of it; exit 1 if something must be mended first."""
    from serving.jobs.doctor import examine_all
    from serving.terminal.diagnosis import as_text, doctor_table

    settings = settings_of(config)
    with progress() as report:
        diagnosis = examine_all(settings, as_of=settings.now(moment(as_of)), progress=report)
    if as_json:
        typer.echo(as_text(diagnosis))
    else:
        out.print(doctor_table(diagnosis))
        out.print("\nNext: `stamkund build`." if diagnosis.sound else "\nNext: mend what is marked ✗, then look again.")
    if not diagnosis.sound:
        raise typer.Exit(1)


@app.command()
def build(
    config: Config = YAML,
    as_of: AsOf = None,
    *,
    refit: Annotated[bool, typer.Option("--refit", help="Derive the features anew; then train again.")] = False,
) -> None:
    """Read what is new in the sources into the lake, write everyone's profile, load the service's records."""
    from serving.jobs.build import build_all
    from serving.terminal.tables import sources_table

    settings = settings_of(config)
    with progress() as report:
        built = build_all(settings, as_of=settings.now(moment(as_of)), progress=report, refit=refit)
    if built.report.full_read_reason:
        out.print(f"Everything was read anew: {built.report.full_read_reason}.", soft_wrap=True)
    out.print(sources_table(built.report))
    for source in built.report.sources:
        if source.rejects:
            out.print(f"The rejected rows of {source.name}, each with its reason: {source.rejects}", soft_wrap=True)
    count = len(built.feature_set.names)
    out.print(f"{built.customers:,} profiles of {count} features: {built.path}", soft_wrap=True)
    out.print("Next: `stamkund train`; with models trained before, `stamkund score` or `stamkund serve`.")


@app.command()
def train(
    targets: Annotated[list[str] | None, typer.Argument(help="Which targets. Default: all.")] = None,
    config: Config = YAML,
    as_of: AsOf = None,
) -> None:
    """Fit the targets' models on past moments, judge them, and register those that beat the best rule."""
    from serving.terminal.tables import training_table
    from training.train import train as fit

    settings = settings_of(config)
    with progress() as report:
        reports = fit(settings, as_of=settings.now(moment(as_of)), targets=targets, progress=report)
    out.print(training_table(reports))
    for refusal in (r for report in reports for r in report.verdict.refusals):
        err.print(Text.assemble((refusal.code, "yellow"), f": {refusal.message}"))
    if not any(report.promoted for report in reports):
        raise typer.Exit(1)
    out.print(f"Runs and plots: `mlflow ui --backend-store-uri {settings.registry or settings.registry_url}`")
    out.print("Next: `stamkund score` or `stamkund serve`.")


@models.command("list")
def models_list(config: Config = YAML) -> None:
    """Every version of every model, and which one answers."""
    from serving.terminal.tables import models_table
    from training.registry.versions import listing

    out.print(models_table(listing(settings_of(config))))


@models.command()
def promote(name: str, version: int, config: Config = YAML) -> None:
    """Let a version that passed the gate answer from now on."""
    from training.registry.versions import promote as set_champion

    set_champion(settings_of(config), name, version)
    out.print(f"Version {version} of '{name}' is the champion. A running service takes it up within seconds.")


@models.command()
def rollback(name: str, config: Config = YAML) -> None:
    """Let the previous champion answer again."""
    from training.registry.versions import rollback as set_previous

    version = set_previous(settings_of(config), name)
    out.print(f"Version {version} of '{name}' is the champion again.")


@app.command()
def score(
    config: Config = YAML,
    as_of: AsOf = None,
    to: Annotated[str, typer.Option("--out", help="A Parquet file, or a database's URL.")] = "scores.parquet",
    table: Annotated[str, typer.Option(help="The table, when --out is a database.")] = "scores",
) -> None:
    """Score every customer: one row each, to a Parquet file or a database table."""
    from serving.scoring.batch import score_batch

    settings = settings_of(config)
    with progress() as report:
        batch = score_batch(settings, as_of=settings.now(moment(as_of)), out=to, table=table, progress=report)
    out.print(f"{batch.customers:,} customers: {batch.out}" + (f", table {table}" if "://" in to else ""))


@app.command()
def decide(
    customer: Annotated[str, typer.Argument(help="A customer's id.")],
    config: Config = YAML,
    as_of: AsOf = None,
    count: Annotated[int, typer.Option(help="How many offers.")] = 3,
) -> None:
    """Show which offers this customer would get now, and why."""
    from serving.terminal.decision import decision_tables

    settings, folder = settings_of(config), config.resolve().parent
    for table in decision_tables(settings, customer, as_of=moment(as_of), count=count, folder=folder):
        out.print(table)


@app.command()
def serve(
    config: Config = YAML,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 3000,
    workers: Annotated[int, typer.Option(help="Processes that answer.")] = 1,
) -> None:
    """Answer over HTTP: profiles, scores, decisions; events in."""
    from serving.http.server import serve as run

    def ready(url: str) -> None:
        out.print(f"Serving on {url} (its API: {url}/docs). Stop with Ctrl-C.")

    raise typer.Exit(run(config, host=host, port=port, workers=workers, ready=ready))


@app.command()
def bento(config: Config = YAML) -> None:
    """Pack the service and the champions into a bento, to be served elsewhere."""
    from serving.jobs.bento import make_bento

    built = make_bento(config)
    out.print(f"Built {built.tag} with {', '.join(f'{n} {v}' for n, v in built.models.items())}: {built.path}")
    out.print(f"Next: `bentoml serve {built.tag}`, or `bentoml containerize {built.tag}`.")


@contextmanager
def progress() -> Iterator[Report]:
    """A progress bar on a terminal; nothing where output goes to a file."""
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def moment(text: str | None) -> int | None:
    """A moment as people write it, in microseconds.

    >>> moment("1970-01-02")
    86400000000
    """
    return None if text is None else parse(text, field="as_of")


def settings_of(config: Path) -> Settings:
    """The settings of a file."""
    from features.config.settings import read_settings

    return read_settings(config)


def main() -> None:
    """Run the command line; a user's mistake ends in one line, not in a stack trace."""
    try:
        app()
    except StamkundError as error:
        err.print(Text.assemble((error.code, "bold red"), f": {error}"))
        sys.exit(1)


if __name__ == "__main__":
    main()
