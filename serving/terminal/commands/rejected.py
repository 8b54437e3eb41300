"""The command that shows which messages were rejected, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, cast

import typer
from rich.text import Text

from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import output


def rejected(
    config: Config = YAML,
    code: Annotated[str | None, typer.Option(help="Those with this code only, such as bad_time.")] = None,
    count: Annotated[int, typer.Option(help="How many, at most.", min=1, max=1000)] = 20,
    before: Annotated[int | None, typer.Option(help="Those before this number, as `next` of --json tells it.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show messages that came over HTTP and were rejected lately, newest first, each with its reason."""
    from serving.http.reception.rejected import answer_rejected
    from serving.store.engine import opened_store

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        with opened_store(settings) as store:
            answer = answer_rejected(settings, store, before=before, count=count, code=code)
        shown = cast("list[Mapping[str, object]]", answer["rejected"])
        out.say(*(line for each in shown for line in _lines(each)))
        out.say("" if shown else "No message was rejected lately.")
        out.answer(answer)


def _lines(rejection: Mapping[str, object]) -> Iterator[Text]:
    """A rejected message as people read it: when and why, then what it was."""
    why = rejection["text"] or rejection["field"] or ""
    yield Text.assemble(f"{rejection['received_at']} ", (str(rejection["code"]), "yellow"), f" {why}")
    if rejection["message"] is not None:
        yield Text(f"  {rejection['message']}", style="dim")
