"""The section of the exploration: how often something else than the best is shown, so that more is learnt."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from features.config.sections.section import Number, Section, Whole
from features.errors import StamkundError


class Exploration(Section):
    """In a ``share`` of choices one of the best ``width`` candidates is drawn, each as likely as the others.

    Few of the best, rather than any: what is learnt of a candidate grows with how often it is shown. ``by: thompson``
    draws among them in every choice, those of which little is known more often than their scores would have it.

    >>> Exploration(share=0.1).width
    5
    """

    by: Literal["share", "thompson"] = "share"
    share: Annotated[Number, Field(ge=0, le=1)] = 0.0
    width: Whole = Field(default=5, ge=2, le=100)

    @model_validator(mode="after")
    def _one_manner(self) -> Self:
        if self.by == "thompson" and self.share:
            msg = "With `by: thompson` every choice is drawn: take `share` away."
            raise StamkundError("unused_setting", msg, field="share")
        return self
