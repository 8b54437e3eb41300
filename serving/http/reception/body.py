"""What the bodies of requests have in common."""

from __future__ import annotations

from collections.abc import Hashable

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A request body: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def alike(self) -> Hashable | None:
        """What it has in common with those that are answered together with it, within a millisecond; None for others.

        Such a question keeps nothing.
        """
        return None
