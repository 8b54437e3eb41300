"""The one error that users see: what came, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Self


class StamkundError(ValueError):
    """A mistake that its user can mend, with a stable code.

    >>> error = StamkundError("no_model", "No model 'lapse' is registered. Run `stamkund train`.", field="models")
    >>> error.code, error.field
    ('no_model', 'models')
    >>> str(error)
    "No model 'lapse' is registered. Run `stamkund train`."
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.field = code, field

    @classmethod
    def unknown(cls, code: str, what: str, name: str, allowed: Iterable[str], *, field: str | None = None) -> Self:
        """An error for a name that does not exist, with the nearest one that does.

        >>> print(StamkundError.unknown("unknown_target", "target", "laps", ["lapse", "spend"]))
        Unknown target 'laps'; did you mean 'lapse'? Known: lapse, spend.
        """
        names = sorted(allowed)
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else "."
        listing = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
        return cls(code, f"Unknown {what} '{name}'{hint} Known: {listing or 'none'}.", field=field)
