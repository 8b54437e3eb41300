"""The section of the exploration: how often something else than the best is shown, so that more is learnt."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from features.config.sections.section import Number, Section, Whole


class Exploration(Section):
    """In a ``share`` of choices one of the best ``width`` candidates is drawn, each as likely as the others.

    Few of the best, rather than any: what is learnt of a candidate grows with how often it is shown.

    >>> Exploration(share=0.1).width
    5
    """

    share: Annotated[Number, Field(ge=0, le=1)] = 0.0
    width: Whole = Field(default=5, ge=2, le=100)
