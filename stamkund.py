"""The command line: ``stamkund --help``."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False)


def main() -> None:
    """Run the command line; a user's mistake ends in one line, not in a stack trace."""
    app()
