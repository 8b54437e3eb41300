"""The section of the candidates: more columns of theirs, who may get a campaign's, and which items make do for some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from features.config.sections.decisions.placements import CandidateType
from features.config.sections.section import Number, Section, Whole, check_names
from features.errors import StamkundError
from features.events.tables import OFFERS
from features.language.rules.rule import Rule
from features.language.rules.types import Names, Type

ColumnType = Literal["text", "number", "boolean", "moment", "list"]
Membership = Literal["contacted", "anyone"]
ITEM_NAMES: Mapping[str, Type] = {
    "item_id": "text", "name": "text", "category": "text", "price": "number", "cost": "number",
}  # fmt: skip


class Generated(Section):
    """Candidates made of items: of those for which ``when`` holds, such as ``item.category == "Tea"``, the most bought.

    Each is known by the id of its item, and is worth its price less its cost. What a table or a generator before says
    under the same id holds.
    """

    type: CandidateType = "item"
    when: str | None = None
    most: Whole = Field(default=100, ge=1, le=10_000)
    campaign_id: str | None = None
    channels: list[str] = Field(default_factory=list)
    formats: list[str] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    issue: str | None = None
    group: str | None = None
    priority: Number | None = None
    lever: Annotated[Number, Field(ge=0)] | None = None

    @field_validator("when")
    @classmethod
    def _holds_for_items(cls, when: str | None) -> str | None:
        if when is not None:
            Rule.of(when, Names({"item": ITEM_NAMES}))
        return when


class CandidateSettings(Section):
    """``columns``: the types of columns of candidates beside the usual ones.

    ``membership``: who may get what belongs to a campaign, those whom it has ``contacted`` or ``anyone``; ``campaigns``
    says so of one, and a column ``membership`` of a table of a candidate.
    """

    columns: dict[str, ColumnType] = Field(default_factory=dict)
    membership: Membership = "contacted"
    campaigns: dict[str, Membership] = Field(default_factory=dict)
    generate: dict[str, Generated] = Field(default_factory=dict)

    @field_validator("columns")
    @classmethod
    def _own_names(cls, columns: dict[str, ColumnType]) -> dict[str, ColumnType]:
        for name in columns:
            if name in OFFERS:
                msg = f"Every candidate has the column '{name}': take it away here."
                raise StamkundError("unused_setting", msg, field=name)
        check_names(columns)
        return columns

    @field_validator("generate")
    @classmethod
    def _plain_names(cls, sections: dict[str, Generated]) -> dict[str, Generated]:
        check_names(sections)
        return sections


def check_columns(mapped: Iterable[str], declared: Mapping[str, ColumnType], *, field: str) -> None:
    """Refuse a column of a source of candidates that is none of the usual ones and is not declared."""
    for column in mapped:
        if column not in OFFERS and column not in declared:
            known = {*OFFERS, *declared}
            error = StamkundError.unknown("unknown_column", "offers column", column, known)
            hint = (
                f"Declare one of your own with its type: `decisions: {{candidates: {{columns: {{{column}: text}}}}}}`."
            )
            raise StamkundError(error.code, f"{error} {hint}", field=f"{field}.{column}")
