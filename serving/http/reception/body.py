"""What the bodies of requests have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A request body: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def is_short(self) -> bool:
        """Whether it is answered within a millisecond, and keeps nothing."""
        return False
