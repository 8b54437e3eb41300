"""The section of the arbitration: how candidates are ranked, and how many that are alike are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from features.config.sections.decisions.policy.selection import Group
from features.config.sections.section import Number, Section, Whole, check_names
from features.errors import StamkundError

Factor = Literal["propensity", "value", "weights", "lever"]
FACTORS: Final[tuple[Factor, ...]] = ("propensity", "value", "weights", "lever")
Alike = Literal["campaign_id", "type", "issue", "group", "offer_id"]


class Weight(Section):
    """A number above zero by which the score of candidates is multiplied ``when`` a condition holds.

    >>> Weight(when='context.weather == "hot" && candidate.group == "drinks"', weight=1.5).weight
    1.5
    """

    when: str = Field(min_length=1)
    weight: Annotated[Number, Field(gt=0)]


def _formula(value: object) -> object:
    """A formula that is a plain number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class ArbitrationSettings(Section):
    """Candidates are ranked ``by`` the product of ``factors``, by their priority, or by a formula.

    Of the candidates that ``uplift`` names under a target of that type, not the propensity counts but what showing them
    changes. ``diverse`` bounds how many a placement shows that have the same campaign, type, issue, group or id.

    >>> ArbitrationSettings.model_validate({"formula": "worth.propensity * candidate.value"}).ranks_by
    'formula'
    """

    by: Literal["value", "priority", "formula"] | None = None
    factors: list[Factor] = Field(default_factory=lambda: [*FACTORS])
    weights: dict[str, Weight] = Field(default_factory=dict)
    uplift: dict[str, Group] = Field(default_factory=dict)
    formula: Annotated[str, BeforeValidator(_formula), Field(min_length=1)] | None = None
    diverse: Mapping[Alike, Annotated[Whole, Field(ge=1)]] = Field(default_factory=dict)

    @property
    def ranks_by(self) -> Literal["value", "priority", "formula"]:
        """By what is ranked: where a formula is given and nothing else is said, by that."""
        return self.by or ("value" if self.formula is None else "formula")

    @field_validator("weights")
    @classmethod
    def _plain_names(cls, sections: dict[str, Weight]) -> dict[str, Weight]:
        check_names(sections)
        return sections

    @field_validator("factors")
    @classmethod
    def _each_once(cls, factors: list[Factor]) -> list[Factor]:
        for place, factor in enumerate(factors):
            if factor in factors[:place]:
                raise StamkundError("bad_setting", f"The factor '{factor}' is named twice.", field="factors")
        return factors

    @model_validator(mode="after")
    def _uplift_where_a_chance_counts(self) -> Self:
        if self.uplift and (self.by == "priority" or "propensity" not in self.factors):
            other = "`by: priority`" if self.by == "priority" else "`factors` without `propensity`"
            msg = f"An uplift counts in place of the propensity, and with {other} none does: take one of them away."
            raise StamkundError("unused_setting", msg, field="uplift")
        return self

    @model_validator(mode="after")
    def _formula_where_it_counts(self) -> Self:
        if self.by == "formula" and self.formula is None:
            msg = "`by: formula` needs the formula: `formula: worth.propensity * candidate.value`."
            raise StamkundError("bad_setting", msg, field="formula")
        if self.by in {"value", "priority"} and self.formula is not None:
            msg = f"With `by: {self.by}` no formula is asked: take `formula` away, or say `by: formula`."
            raise StamkundError("unused_setting", msg, field="formula")
        return self
