"""What requests about insights hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class CountRequest(BaseModel):
    """A segment that is being written: a rule, conditions by name, or both; on a channel also who can be reached."""

    model_config = ConfigDict(extra="forbid")

    rule: Annotated[str | None, Field(min_length=1, description="Such as `features.orders_90d > 3`.")] = None
    conditions: Annotated[dict[str, object], Field(description='Such as `{"stage": "loyal"}`.')] = {}
    channel: Annotated[str | None, Field(description="On which they would be written to.")] = None
