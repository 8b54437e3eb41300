"""What all commands have in common: their options, how these are read, and the end of their help."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from features.errors import StamkundError
from features.reading.iso import parse
from features.units import duration

if TYPE_CHECKING:
    from features.config.settings import Settings

Config = Annotated[Path, typer.Option("--config", "-c", help="The settings of your company.")]
_AS_OF = (
    "The moment to look from, such as 2017-12-03: the beginning of that day in your `timezone`. Default: the clock."
)
AsOf = Annotated[str | None, typer.Option(help=_AS_OF)]
Json = Annotated[bool, typer.Option("--json", help="For machines: one JSON object on stdout, errors too.")]
YAML: Final = Path("stamkund.yaml")


def moment(text: str | None, timezone: str = "UTC") -> int | None:
    """A moment as people write it, in microseconds; a day, or a time without a zone, is one of the time zone's.

    >>> moment("1970-01-02"), moment("1970-01-02", "Europe/Berlin")
    (86400000000, 82800000000)
    """
    return None if text is None else parse(text, field="as_of", timezone=timezone)


def span(text: str, field: str) -> int:
    """A time that something lasts, as people write it, in microseconds.

    >>> span("24h", "grace")
    86400000000
    """
    try:
        return duration(text)
    except ValueError as error:
        raise StamkundError("bad_duration", f"--{field}: {error}.", field=field) from None


def pairs_of(texts: Iterable[str], field: str) -> dict[str, str]:
    """Names and values as people write them.

    >>> pairs_of(["channel=web", "weather=rain = snow"], "context")
    {'channel': 'web', 'weather': 'rain = snow'}
    """
    pairs = [text.partition("=") for text in texts]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise StamkundError("bad_option", f"--{field} {name!r}: write a name and a value, as in a=b.", field=field)
    return {name: value for name, _, value in pairs}


def settings_of(config: Path) -> Settings:
    """The settings of a file."""
    from features.config.settings import read_settings

    return read_settings(config)


def ending(example: str, refused: str = "") -> str:
    """The end of a command's help: an example, and what its exit codes mean.

    >>> print(ending("stamkund score", refused="a champion was left out"))
    Example: stamkund score
    <BLANKLINE>
    Exit codes: 0 done, 1 an error, 2 bad usage, 3 done, but a champion was left out.
    """
    third = f", 3 done, but {refused}" if refused else ""
    return f"Example: {example}\n\nExit codes: 0 done, 1 an error, 2 bad usage{third}."
