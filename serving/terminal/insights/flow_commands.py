"""Commands about how customers move."""

from __future__ import annotations

from typing import Annotated

import typer

from features.errors import StamkundError
from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import output

Count = Annotated[int, typer.Option(min=1, max=10_000, help="How many to list at most.")]


def stages(
    config: Config = YAML,
    last: Annotated[int, typer.Option(min=1, max=1000, help="How many months, the latest ones.")] = 1,
    period: Annotated[str | None, typer.Option(help="List who moved in this month.")] = None,
    before: Annotated[str | None, typer.Option(help="From this stage.")] = None,
    stage: Annotated[str | None, typer.Option(help="To this stage.")] = None,
    *,
    count: Count = 1000,
    as_json: Json = False,
) -> None:
    """Tell how many moved between the stages of life in a month, or list who did, as of the last refresh."""
    from insights.stages.questions import Move
    from serving.http.insights.flows import answer_moved, answer_stages
    from serving.store.engine import opened_store
    from serving.terminal.insights.flows import people_lines, stage_tables

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        if period is None and before is None and stage is None:
            answer = answer_stages(settings, last)
            out.say(*stage_tables(answer, settings.language))
        elif period is None or before is None or stage is None:
            raise StamkundError("move_needed", field="period")
        else:
            with opened_store(settings) as store:
                answer = answer_moved(settings, store, Move(period, before, stage), after="", count=count)
            out.say(*people_lines(answer, settings.language))
        out.answer(answer)


def paths(
    config: Config = YAML,
    touchpoint: Annotated[str | None, typer.Argument(help="A kind that a journey begins or ends with.")] = None,
    direction: Annotated[str | None, typer.Option("--list", help="List who went `from` it on so, or `to` it.")] = None,
    place: Annotated[int, typer.Option(min=1, help="Which of the ways to list.")] = 1,
    *,
    count: Count = 1000,
    as_json: Json = False,
) -> None:
    """Tell the most frequent ways to a touchpoint and from it on, or list who took one, as of the last refresh."""
    from insights.ways.questions import Way
    from serving.http.insights.flows import answer_paths, answer_takers
    from serving.store.engine import opened_store
    from serving.terminal.insights.flows import path_tables, people_lines

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        if direction is None:
            answer = answer_paths(settings, touchpoint)
            out.say(*path_tables(answer, settings.language))
        elif touchpoint is None:
            raise StamkundError("touchpoint_needed", field="touchpoint")
        else:
            with opened_store(settings) as store:
                way = Way(touchpoint, direction, place)
                answer = answer_takers(settings, store, way, after="", count=count)
            out.say(*people_lines(answer, settings.language))
        out.answer(answer)


def worth(
    config: Config = YAML,
    experience: Annotated[
        str | None, typer.Option("--list", help="List who went through it in the last year, the worst first.")
    ] = None,
    *,
    count: Count = 1000,
    as_json: Json = False,
) -> None:
    """Tell what a point of satisfaction, a day of waiting and a failed order are worth, or list whom it is about.

    As of the last refresh.
    """
    from serving.http.insights.flows import answer_worth
    from serving.jobs.insights import people_who_went_through
    from serving.terminal.insights.flows import people_lines
    from serving.terminal.insights.worth import worth_tables

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        if experience is not None:
            ids = people_who_went_through(settings, experience)
            listed = {"experience": experience, "total": len(ids), "customers": ids[:count]}
            out.say(*people_lines(listed, settings.language))
            out.answer(listed)
            return
        answer = answer_worth(settings)
        out.say(*worth_tables(answer, settings.language))
        out.answer(answer)
