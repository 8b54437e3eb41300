"""Values that many answers tell."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

Moment: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Day: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Chance: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Count: TypeAlias = Annotated[int, Field(ge=0)]
Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]
Percentile: TypeAlias = Annotated[int, Field(ge=1, le=99)]
Amount: TypeAlias = Annotated[
    str, Field(description="An exact decimal in the currency.", pattern=r"^-?\d+(\.\d+)?$", examples=["1.80"])
]
Estimate: TypeAlias = Annotated[float, Field(description="A computed figure in units of the currency.")]


class BuildOf(TypedDict):
    """The build that an answer is made from: its moment, and the version of the lake that it read."""

    as_of: Moment
    lake: str


Json: TypeAlias = dict[str, object]
