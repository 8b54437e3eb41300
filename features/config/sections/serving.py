"""The sections of the service and of what its answers are worth."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from features.config.sections.section import Number, Section
from features.errors import StamkundError
from features.units import SECOND, Duration, Size

Durability = Literal["process", "power"]
_ORIGIN: Final = r"https?://[a-z0-9.-]+(:\d+)?|\*"


def _origin(text: str) -> str:
    """The origin of pages, as browsers write it: a scheme, a host and perhaps a port; ``*`` for all.

    >>> _origin("https://Shop.example/")
    'https://shop.example'
    """
    origin = text.strip().lower().removesuffix("/")
    if not re.fullmatch(_ORIGIN, origin):
        msg = (
            f"{text!r} is no origin of pages; give scheme and host, such as https://shop.example, or * for every page."
        )
        raise StamkundError("bad_setting", msg)
    return origin


class Serving(Section):
    """How the service behaves; pages of ``origins`` may send messages. All limits are of one process.

    ``at_once`` requests are worked at, ``waiting`` more may wait. ``timeout`` is for a body to come, and for an answer.
    What was acknowledged outlives the death of the process, or with ``durability: power`` that of the machine.
    ``rate`` is how many requests a second each key may make; none of them is held back without it. ``logs`` says in
    which form the log is written: without it in words to a terminal, as JSON elsewhere.
    """

    models: Literal["registry", "carried"] = "registry"
    body_limit: Size = 1_000_000
    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()
    bodies_limit: Size = 64_000_000  # of all that are held at once
    at_once: int = Field(default=4, ge=1, le=64)
    waiting: int = Field(default=64, ge=0, le=10_000)
    connections: int = Field(default=2_000, ge=10, le=100_000)
    timeout: Duration = 30 * SECOND
    store_timeout: Duration = 5 * SECOND
    durability: Durability = "process"
    rate: int | None = Field(default=None, ge=1)
    logs: Literal["json", "text"] | None = None


class Clv(Section):
    """What money to come is worth today: ``discount`` is the interest of a year, so that at 0.1 110 in a year are 100.

    >>> Clv(discount=0.1).discount
    0.1
    """

    discount: Number = Field(default=0.0, ge=0, le=1)
