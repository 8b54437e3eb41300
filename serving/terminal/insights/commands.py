"""Commands about what is happening to customers: write the tables, and look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import StamkundError
from features.moments import iso
from serving.terminal.options import YAML, AsOf, Config, Json, moment, settings_of
from serving.terminal.output import output

if TYPE_CHECKING:
    from insights.journeys.questions import Came
    from insights.metrics.questions import Figure


def refresh(config: Config = YAML, as_of: AsOf = None, *, as_json: Json = False) -> None:
    """Write the tables of all insights anew, every night after the build: the service answers from them."""
    from insights.revisions import sentences
    from insights.words import Words
    from serving.jobs.insights import refresh_all

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        with out.progress() as report:
            now = settings.now(moment(as_of, settings.timezone))
            manifest = refresh_all(settings, as_of=now, progress=report)
        words, told = Words(settings.language), {"as_of": iso(manifest.as_of), "build": manifest.build}
        out.say(words.say("insights.refreshed", moment=told["as_of"], folder=settings.insights))
        out.say(*sentences(manifest.revisions, words))
        out.answer({**told, "revisions": manifest.revisions, "tables": sorted(manifest.files)})


def metrics(
    config: Config = YAML,
    names: Annotated[list[str] | None, typer.Argument(help="Which metrics; all without.")] = None,
    by: Annotated[str | None, typer.Option(help="A dimension, such as channel.")] = None,
    *,
    grain: Annotated[str, typer.Option(help="day, week, month or quarter.")] = "month",
    last: Annotated[int, typer.Option(min=1, max=1000, help="How many periods, the latest ones.")] = 6,
    period: Annotated[str | None, typer.Option(help="With --list: a month or quarter, such as 2024-03.")] = None,
    group: Annotated[
        str | None, typer.Option(help="With --list and --by: which group; those not known without.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many to list at most.")] = 100,
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="With --by: two groups, such as web store: their difference.")
    ] = None,
    people: Annotated[bool, typer.Option("--list", help="List the customers behind the figure of --period.")] = False,
    as_json: Json = False,
) -> None:
    """Tell metrics by period, with interval and change, as the last refresh found them; or list who is behind one."""
    from insights.metrics.questions import Question
    from serving.http.insights.metrics import answer_metrics, answer_people
    from serving.store.engine import opened_store
    from serving.terminal.insights.metrics import difference_tables, metric_tables, people_table

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        if people:
            figure = _figure(names or [], period, by, group)
            with opened_store(settings) as store:
                answer = answer_people(settings, store, figure, after="", count=limit)
            out.say(people_table(answer, settings.language))
        elif period is not None or group is not None:
            raise StamkundError("bad_option", "--period and --group are of --list: add it.", field="period")
        else:
            answer = answer_metrics(settings, Question(tuple(names or ()), by, grain, last, compare or ()))
            tables = difference_tables if compare else metric_tables
            out.say(*tables(answer, settings.language))
        out.answer(answer)


def _figure(names: list[str], period: str | None, by: str | None, group: str | None) -> Figure:
    from insights.metrics.questions import Figure

    if len(names) != 1 or period is None:
        raise StamkundError("figure_needed", field="period" if names else "names")
    return Figure(names[0], period, by, group)


def journeys(
    config: Config = YAML,
    name: Annotated[str | None, typer.Argument(help="Which journey; all without.")] = None,
    by: Annotated[str | None, typer.Option(help="A dimension, such as channel.")] = None,
    step: Annotated[str | None, typer.Option("--list", help="List who was dropped after this step of the one.")] = None,
    *,
    reached: Annotated[bool, typer.Option("--reached", help="List who reached the step instead.")] = False,
    win: Annotated[
        bool, typer.Option("--win", help="List who was dropped and could still be won instead, the best first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many to list at most.")] = 100,
    last: Annotated[int, typer.Option(min=0, max=1000, help="Tell apart those who entered in so many months.")] = 0,
    differ: Annotated[
        bool, typer.Option("--differ", help="Tell what those who went on from each step of the one differ in.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell journeys step by step, where those who were dropped went next, what is lost, and who could still be won.

    All as of the last refresh.
    """
    from serving.http.insights.journeys import answer_differing, answer_entries, answer_journeys, answer_winnable
    from serving.store.engine import opened_store
    from serving.terminal.insights.journeys import entry_table, journey_tables, winnable_table
    from serving.terminal.insights.traits import trait_tables

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        if step is None and (reached or win):
            raise StamkundError("bad_option", "--reached and --win are of --list: add it with a step.", field="list")
        if reached and win:
            raise StamkundError("bad_option", "Give --reached or --win, not both.", field="win")
        if differ:
            answer = answer_differing(settings, _named(name))
            out.say(*trait_tables(answer, settings.language))
        elif step is None:
            answer = answer_journeys(settings, name, by, last=last)
            out.say(*journey_tables(answer, settings.language))
        elif win:
            with opened_store(settings) as store:
                answer = answer_winnable(settings, store, _named(name), step, offset=0, limit=limit)
            out.say(winnable_table(answer, settings.language))
        else:
            came: Came = "reached" if reached else "dropped"
            with opened_store(settings) as store:
                answer = answer_entries(settings, store, _named(name), step, came, offset=0, limit=limit)
            out.say(entry_table(answer, settings.language))
        out.answer(answer)


def _named(name: str | None) -> str:
    if name is None:
        raise StamkundError("journey_needed", field="name")
    return name


def segments(
    name: Annotated[str | None, typer.Argument(help="A segment; all in short when left out.")] = None,
    config: Config = YAML,
    as_of: AsOf = None,
    count: Annotated[str | None, typer.Option(help="Count whom a rule holds for: 'features.orders_90d > 3'.")] = None,
    *,
    why: Annotated[
        str | None, typer.Option(help="A customer's id: are they in, and what would have to change?")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="How many can be reached on it, and why others cannot.")] = None,
    to: Annotated[
        str | None,
        typer.Option("--export", help="Write the members: a .parquet or .csv file, a database's URL, or '${HOOK}'."),
    ] = None,
    table: Annotated[str, typer.Option(help="The table, when --export is a database.")] = "segment_members",
    members: Annotated[bool, typer.Option("--list", help="The ids of all members.")] = False,
    versus: Annotated[str | None, typer.Option(help="Another segment: what do their customers differ in?")] = None,
    overlap: Annotated[bool, typer.Option("--overlap", help="How many are in each two segments.")] = False,
    as_json: Json = False,
) -> None:
    """Count and compare segments, list whom they hold, tell why somebody is not in, or write their members elsewhere.

    Without --as-of it is answered from what the last `stamkund insights refresh` wrote, with it from the lake.
    """
    from serving.terminal.insights import segments as told

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        if name is not None and count is not None:
            raise StamkundError("bad_option", "Give the name of a segment or --count RULE, not both.", field="count")
        if name is None and count is None and (why or channel or to or members or versus):
            text = (
                "--why, --channel, --list, --versus and --export are about one segment: give its name, or --count RULE."
            )
            raise StamkundError("bad_option", text, field="name")
        asked = told.Asked.of(
            settings, name, count, moment(as_of, settings.timezone), whole=overlap or versus is not None
        )
        if overlap:
            told.overlaps(out, asked)
        elif asked.rule is None:
            told.all_segments(out, asked)
        elif versus is not None:
            told.two_segments(out, asked, versus)
        elif why is not None:
            told.one_person(out, asked, why)
        elif to is not None:
            told.written(out, asked, to, table)
        else:
            told.one_segment(out, asked, channel=channel, members=members)
