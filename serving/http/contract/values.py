"""Values that many answers tell."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, WithJsonSchema

Moment: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Day: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Chance: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Count: TypeAlias = Annotated[int, Field(ge=0)]
Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]
Percentile: TypeAlias = Annotated[int, Field(ge=1, le=99)]
Amount: TypeAlias = Annotated[float, Field(description="In units of the reporting currency.")]
Json: TypeAlias = dict[str, object]
