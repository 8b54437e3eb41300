"""The section of the features: what the default ones are fitted on, and which are added to them."""

from __future__ import annotations

from pydantic import Field, TypeAdapter, field_validator

from features.config.sections.section import KindName, Moment, Section, Whole
from features.errors import StamkundError
from features.language.aggregations import Take
from features.language.declare import declare
from features.language.stage_settings import StageSettings


class AddedFeature(Section):
    """A feature beside the default ones: see :func:`features.language.declare.declare`."""

    take: Take
    kind: KindName | list[KindName]
    of: str = "lines"
    where: dict[str, object] = Field(default_factory=dict)
    windows: int | str | tuple[int | str, ...] = (28, 90, "all")
    over: dict[str, object] = Field(default_factory=dict)
    by: str = "lines"
    among: tuple[str, ...] = ()

    @field_validator("over")
    @classmethod
    def _canonical_kinds(cls, over: dict[str, object]) -> dict[str, object]:
        kinds = TypeAdapter[object](KindName | list[KindName])
        return over | ({"kind": kinds.validate_python(over["kind"])} if "kind" in over else {})


class FeatureSettings(Section):
    """What the default feature set is fitted on, and what is added to it."""

    fitted_at: Moment | None = None
    categories: Whole = Field(default=20, ge=0)
    stages: StageSettings = StageSettings()
    add: dict[str, AddedFeature] = Field(default_factory=dict)

    @field_validator("add")
    @classmethod
    def _declarable(cls, add: dict[str, AddedFeature]) -> dict[str, AddedFeature]:
        for name, feature in add.items():
            try:
                declare(name, **feature.model_dump())
            except StamkundError as error:
                field = ".".join(part for part in (name, error.field) if part and part != "name")
                raise StamkundError(error.code, str(error), field=field) from None
        return add
