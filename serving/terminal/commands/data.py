"""Commands about the data: guess what files hold, say how ready it is, build profiles of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.errors import StamkundError
from features.files import write_text
from serving.terminal.options import YAML, AsOf, Config, Json, moment, settings_of
from serving.terminal.output import FAILED, REFUSED, output


def init(
    files: Annotated[list[Path], typer.Argument(help="Files of any kind that sources can be, or folders of them.")],
    to: Annotated[Path, typer.Option(help="Where to write the settings.")] = YAML,
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    as_json: Json = False,
) -> None:
    """Look at your files, tell what they hold, and write a commented stamkund.yaml; what is unsure is asked in it."""
    from features.onboarding.propose import propose
    from serving.terminal.next_steps import after_init

    with output(as_json=as_json) as out:
        if to.exists() and not force:
            raise StamkundError("exists", f"{to} exists. Choose another name with --to, or --force to overwrite it.")
        proposal = propose(files, home=to.parent)
        write_text(to, proposal.text)
        report = proposal.report(to)
        out.say(*after_init(report))
        out.answer(report)


def doctor(config: Config = YAML, as_of: AsOf = None, *, as_json: Json = False) -> None:
    """Say how ready your data is, before anything is built of it: what blocks first, each with its remedy.

    It reads the sources and changes nothing.
    """
    from serving.jobs.doctor import examine_all
    from serving.terminal.answers import diagnosis_answer
    from serving.terminal.diagnosis import doctor_table
    from serving.terminal.next_steps import after_doctor

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        with out.progress() as report:
            diagnosis = examine_all(settings, as_of=settings.now(moment(as_of, settings.timezone)), progress=report)
        out.say(doctor_table(diagnosis), "", after_doctor(diagnosis))
        out.answer(diagnosis_answer(diagnosis))
        if not diagnosis.sound:
            raise typer.Exit(FAILED)


def build(
    config: Config = YAML,
    as_of: AsOf = None,
    *,
    refit: Annotated[bool, typer.Option("--refit", help="Derive the features anew; then train again.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Read everything again, not only what is new.")] = False,
    accept: Annotated[str, typer.Option(help="Codes of what may differ from the last build, by commas.")] = "",
    as_json: Json = False,
) -> None:
    """Read what is new in the sources into the lake, write everyone's profile, load the service's records.

    It stops, and leaves everything as it was, when a source is not as it was: a file is gone (missing_file), less than
    half of the rows are there (fewer_rows), a column is of another type (changed_type) or empty (empty_column), most
    rows are rejected (more_rejected); and when a setting names what nobody has (unknown_attribute, unknown_kind).
    --accept missing_file,fewer_rows lets what you expect pass.
    """
    from serving.jobs.build import build_all
    from serving.terminal.answers import build_answer
    from serving.terminal.next_steps import after_build
    from serving.terminal.tables import mostly_rejected, rejection_lines, sources_table

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        codes, now = (
            [code.strip() for code in accept.split(",") if code.strip()],
            settings.now(moment(as_of, settings.timezone)),
        )
        with out.progress() as report:
            built = build_all(settings, as_of=now, progress=report, refit=refit, anew=anew, accept=codes)
        if built.report.full_read_reason:
            out.say(f"Everything was read anew: {built.report.full_read_reason}.")
        out.say(sources_table(built.report), *rejection_lines(built.report))
        out.say(f"{built.customers:,} profiles of {len(built.feature_set.names)} features: {built.path}")
        for name, why in built.unused_attributes.items():
            out.say(f"The attribute {name} makes no feature: {why}.")
        out.say(after_build(settings, refit=refit))
        out.answer(build_answer(built))
        for name in mostly_rejected(built.report):
            text = f"More than half of the rows of '{name}' were rejected: `stamkund doctor` shows one, and what to do."
            out.warn(StamkundError("mostly_rejected", text))
        if mostly_rejected(built.report):
            raise typer.Exit(REFUSED)
