"""The context of a request, as far as its types are declared."""

from __future__ import annotations

from collections.abc import Mapping

from features.errors import StamkundError
from features.language.rules.typed import typed
from features.language.rules.types import Type


def check_context(context: Mapping[str, object], declared: Mapping[str, Type]) -> None:
    """Refuse what is not of the type that is declared for it; what is not declared may be anything.

    >>> check_context({"temperature": 21, "page": [1]}, {"temperature": "number"})
    >>> check_context({"temperature": "hot"}, {"temperature": "number"})
    Traceback (most recent call last):
    features.errors.StamkundError: context.temperature is declared as number, and 'hot' is none. Send such a value, ...
    """
    for name, kind in declared.items():
        value = context.get(name)
        plain = isinstance(value, str | int | float | bool) or (kind == "list" and isinstance(value, list))
        if value is not None and not (plain and typed(value, kind) is not None):
            field = f"context.{name}"
            raise StamkundError("bad_context", field=field, name=name, value=value, type=kind)
