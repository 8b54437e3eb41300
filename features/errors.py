"""The one error that users see: what came, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Self

from features.texts.catalogue import LANGUAGES, sentence


class StamkundError(ValueError):
    """A mistake that its user can mend, with a stable code, and parameters that tell it in any language.

    What HTTP answers has its sentence in the catalogue, under ``error.`` and the code; what only files and commands
    say brings its own.

    >>> error = StamkundError("too_many_requests", rate=5)
    >>> error.code, error.params, str(error)
    ('too_many_requests', {'rate': 5}, 'This key may make 5 requests a second. Send it again in a second.')
    >>> error.told("sv")
    'Nyckeln får göra 5 anrop i sekunden. Försök igen om en sekund.'
    >>> StamkundError("no_name", "Nobody is named. Name somebody.", field="name").params
    {}

    After a point the code may tell the case that a sentence is for, which is a parameter too:

    >>> StamkundError("body_too_large.unpacked", limit=3).params
    {'case': 'unpacked', 'limit': 3}
    """

    def __init__(self, code: str, message: str | None = None, /, *, field: str | None = None, **params: object) -> None:
        self.code, point, case = code.partition(".")
        self.field, self.params = field, ({"case": case} if point else {}) | params
        self._is_in_catalogue = message is None
        super().__init__(self.told("en") if message is None else message)

    def told(self, language: str) -> str:
        """The error in a language; in its own words where the catalogue has none."""
        return sentence(f"error.{self.code}", language, self.params) if self._is_in_catalogue else str(self)

    def answer(self, language: str = "en") -> dict[str, object]:
        """The error as JSON, as HTTP and the command line answer it.

        >>> StamkundError("no_name", "Name somebody.", field="name").answer()
        {'code': 'no_name', 'params': {}, 'message': 'Name somebody.', 'field': 'name'}
        """
        return {"code": self.code, "params": self.params, "message": self.told(language), "field": self.field}

    @classmethod
    def unknown(cls, code: str, what: str, name: str, allowed: Iterable[str], *, field: str | None = None) -> Self:
        """An error for a name that does not exist, with the nearest one that does.

        >>> print(StamkundError.unknown("unknown_target", "target", "laps", ["lapse", "spend"]))
        Unknown target 'laps'; did you mean 'lapse'? Known: lapse, spend.
        >>> StamkundError.unknown("unknown_model", "model", "laps", ["lapse"]).params
        {'case': 'near', 'name': 'laps', 'near': 'lapse', 'known': ['lapse']}
        """
        names = sorted(allowed)
        near = next(iter(get_close_matches(name, names, n=1, cutoff=0.5)), None)
        params: dict[str, object] = {"name": name, "near": near, "known": names}
        if f"error.{code}.near" in LANGUAGES["en"]:
            return cls(f"{code}.near" if near else code, field=field, **params)
        hint = f"; did you mean '{near}'?" if near else "."
        listing = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
        return cls(code, f"Unknown {what} '{name}'{hint} Known: {listing or 'none'}.", field=field, **params)
