"""Commands that answer: the demo, one customer's offers, the service, a bento of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from features.errors import StamkundError
from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import output, people

EXAMPLE: Final = Path("examples/completejourney/stamkund.yaml")


def demo(
    config: Config = EXAMPLE,
    port: Annotated[int, typer.Option(help="Where to serve.")] = 3000,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop after the answers.")] = False,
    as_json: Json = False,
) -> None:
    """Run the whole road on The Complete Journey: profiles, models, scores, offers, a running service."""
    from serving.terminal.demo.demo import demo as run

    with output(as_json=as_json) as out:
        if config == EXAMPLE and not config.exists():
            text = (
                "The demo's example is in Stamkund's checkout: run it there, or give settings of yours with --config."
            )
            raise StamkundError("no_example", text, field="config")
        people.quiet = as_json
        with out.progress() as report:
            run(settings_of(config), config, people, port=port, once=once, progress=report, answer=out.answer)


def serve(
    config: Config = YAML,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 3000,
    workers: Annotated[int, typer.Option(help="Processes that answer.")] = 1,
    *,
    as_json: Json = False,
) -> None:
    """Answer over HTTP (JSON): profiles, scores, decisions; events in, as the Segment Spec writes them."""
    from serving.process.server import serve as run

    with output(as_json=as_json) as out:

        def ready(url: str) -> None:
            out.say(f"Serving on {url} (its API: {url}/docs). Stop with Ctrl-C.")
            out.answer({"url": url})

        raise typer.Exit(run(config, host=host, port=port, workers=workers, ready=ready))


def bento(config: Config = YAML, *, as_json: Json = False) -> None:
    """Pack the service and the champions into a bento, to be served elsewhere."""
    from serving.jobs.bento import make_bento

    with output(as_json=as_json) as out:
        built = make_bento(config)
        out.say(f"Built {built.tag} with {', '.join(f'{n} {v}' for n, v in built.models.items())}: {built.path}")
        out.say(f"Next: `bentoml serve {built.tag}`, or `bentoml containerize {built.tag}`.")
        out.answer({"tag": built.tag, "path": built.path, "models": built.models})
