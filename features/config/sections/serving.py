"""The sections of the service and of what its answers are worth."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from features.config.sections.section import Number, Section
from features.errors import StamkundError
from features.units import Size

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
    """How the service behaves; pages of ``origins`` may send messages."""

    models: Literal["registry", "carried"] = "registry"
    body_limit: Size = 1_000_000
    origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = ()


class Clv(Section):
    """What money to come is worth today: ``discount`` is the interest of a year, so that at 0.1 110 in a year are 100.

    >>> Clv(discount=0.1).discount
    0.1
    """

    discount: Number = Field(default=0.0, ge=0, le=1)
