"""Where things lie: paths and database URLs as the settings write them, resolved against the folder of their file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from features.errors import StamkundError


def _resolved(path: Path, info: ValidationInfo) -> Path:
    folder = Path((info.context or {}).get("folder", "."))
    return (folder / path.expanduser()).resolve()


def is_url(location: str) -> bool:
    """Whether a location is a database's URL.

    >>> is_url("postgresql://crm/shop"), is_url("data/orders.csv")
    (True, False)
    """
    return re.match(r"[a-z][a-z0-9+_]*://", location) is not None


def _place(location: str, info: ValidationInfo) -> str:
    if location.startswith(("package:", "${")):
        return location
    if not is_url(location):
        return str(_resolved(Path(location), info))
    file = re.fullmatch(r"(sqlite(?:\+\w+)?:///)([^/:?].*)", location)
    return f"{file[1]}{_resolved(Path(file[2]), info)}" if file else location


def expand(text: str, *, field: str | None = None) -> str:
    """The text with each ``${NAME}`` replaced by that environment variable: secrets stay out of the file.

    >>> expand("sqlite:///plain.db")
    'sqlite:///plain.db'
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in os.environ:
            msg = (
                f"The environment variable {name} is not set, but {field or 'the settings'} needs it. Export it first."
            )
            raise StamkundError("missing_environment_variable", msg, field=field)
        return os.environ[name]

    return re.sub(r"\$\{(\w+)\}", value, text)


Place = Annotated[str, AfterValidator(_place)]
Resolved = Annotated[Path, AfterValidator(_resolved)]
