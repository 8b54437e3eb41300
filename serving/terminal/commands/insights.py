"""Commands about what is happening to customers: write the tables, and look at them."""

from __future__ import annotations

from typing import Annotated

import typer

from features.moments import iso
from serving.terminal.options import YAML, AsOf, Config, Json, moment, settings_of
from serving.terminal.output import output


def refresh(config: Config = YAML, as_of: AsOf = None, *, as_json: Json = False) -> None:
    """Write the tables of all insights anew, every night after the build: the service answers from them."""
    from serving.jobs.insights import refresh_all

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        with out.progress() as report:
            now = settings.now(moment(as_of, settings.timezone))
            manifest = refresh_all(settings, as_of=now, progress=report)
        out.say(f"Insights as of {iso(manifest.as_of)}: {settings.insights}")
        out.answer({"as_of": iso(manifest.as_of), "build": manifest.build, "tables": sorted(manifest.files)})


def metrics(
    config: Config = YAML,
    names: Annotated[list[str] | None, typer.Argument(help="Which metrics; all without.")] = None,
    by: Annotated[str | None, typer.Option(help="A dimension, such as channel.")] = None,
    grain: Annotated[str, typer.Option(help="day, week, month or quarter.")] = "month",
    last: Annotated[int, typer.Option(min=1, max=1000, help="How many periods, the latest ones.")] = 6,
    *,
    as_json: Json = False,
) -> None:
    """Tell metrics by period, each with its interval and its change, as the last refresh found them."""
    from serving.http.insights.metrics import answer_metrics
    from serving.terminal.insights import metric_tables

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        answer = answer_metrics(settings, names or [], by, grain, last)
        out.say(*metric_tables(answer, settings.language))
        out.answer(answer)
