"""The command that copies everything that is worth keeping."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import output


def backup(
    to: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is not there yet.")],
    config: Config = YAML,
    *,
    as_json: Json = False,
) -> None:
    """Copy the home into a new folder while the service goes on: lake, store, profiles and models of one moment.

    To restore it, stop the service and put the copy where the home is.
    """
    from serving.jobs.backup import back_up

    with output(as_json=as_json) as out:
        done = back_up(settings_of(config), to)
        out.say(f"{done.bytes / 1e6:,.1f} MB are in {done.folder}. It holds personal data and keys: guard it.")
        for url in done.elsewhere:
            out.say(f"Not in it, for it lies elsewhere: {url}. Back it up now, after the home.")
        out.answer({"folder": str(done.folder), "bytes": done.bytes, "elsewhere": list(done.elsewhere)})
