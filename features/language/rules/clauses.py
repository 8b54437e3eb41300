"""Conditions as a map, ``{stage: loyal, spend_90d: {at_least: 100}}``, as the text of the rule that they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from features.errors import StamkundError
from features.language.rules.types import Names, Type

_BOUNDS: Final = {"above": ">", "at_least": ">=", "at_most": "<=", "below": "<"}
_PREFERRED: Final = (
    "features",
    "traits",
    "scores",
    "consent",
    "segments",
)  # spaces whose names may stand by themselves


def rule_text(conditions: Mapping[str, object], names: Names) -> str:
    """The rule that all the conditions hold.

    A value must be equal, or one of several, or with ``{not: …}`` none of them; a number or a day lies within all of
    ``{at_least:, above:, at_most:, below:}``. A name by itself is that of a feature, or else of a trait, a score, a
    purpose of consent, a segment.

    >>> names = Names({"features": {"stage": "text", "spend_90d": "number"}, "traits": {"city": "text"}})
    >>> rule_text({"stage": ["new", "loyal"], "spend_90d": {"at_least": 100}, "city": {"not": "Oslo"}}, names)
    'features.stage in ["new", "loyal"] && features.spend_90d >= 100 && traits.city != "Oslo"'
    """
    parts = [part for name, test in conditions.items() for part in _parts(*_whole(name, names), test, field=name)]
    return " && ".join(parts)


def _whole(name: str, names: Names) -> tuple[str, Type | None]:
    """A name with its space as rules write it, and of what type it is; None where only a build tells."""
    space, point, own = name.partition(".")
    if not point:
        spaces = [space for space in _PREFERRED if name in names.spaces.get(space, ())]
        space, own = (spaces or [_PREFERRED[0]])[0], name
    parts = [part if part.isidentifier() and part.isascii() else f"`{part}`" for part in own.split(".")]
    return ".".join([space, *parts]), names.spaces.get(space, {}).get(own)


def _parts(name: str, kind: Type | None, test: object, *, field: str) -> list[str]:
    if not isinstance(test, Mapping):
        return [_among(name, kind, test, field=field)]
    if list(test) == ["not"]:
        several = _several(test["not"])
        texts = [_literal(value, kind, field) for value in several]
        if kind == "list":
            return [f"!({text} in {name})" for text in texts]
        return [f"{name} != {texts[0]}"] if len(texts) == 1 else [f"!({name} in [{', '.join(texts)}])"]
    if not test or not test.keys() <= _BOUNDS.keys():
        unknown = next(iter(test.keys() - _BOUNDS.keys()), "")
        raise StamkundError.unknown("unknown_bound", f"test of {field}", str(unknown), (*_BOUNDS, "not"), field=field)
    return [f"{name} {_BOUNDS[bound]} {_literal(value, kind, field)}" for bound, value in test.items()]


def _among(name: str, kind: Type | None, test: object, *, field: str) -> str:
    texts = [_literal(value, kind, field) for value in _several(test)]
    if kind == "list":
        return " && ".join(f"{text} in {name}" for text in texts)
    if isinstance(test, bool):
        return name if test else f"!{name}"
    return f"{name} in [{', '.join(texts)}]" if isinstance(test, list | tuple) else f"{name} == {texts[0]}"


def _several(test: object) -> Sequence[object]:
    return test if isinstance(test, list | tuple) and test else [test]


def _literal(value: object, kind: Type | None, field: str) -> str:
    """A value of YAML as it stands in a rule."""
    for type_, write in _WRITERS:
        if isinstance(value, type_):
            return _AS_KIND[kind](value) if kind in _AS_KIND else write(value)
    message = f"{value!r} is no value of {field}: give a number, a text, true, false, a day, several, or bounds."
    raise StamkundError("bad_condition", message, field=field)


def _quoted(text: object) -> str:
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(value: object) -> str:
    """A number as rules read it.

    >>> _number(3), _number(0.1), _number(1e20)
    ('3', '0.1', '1e+20')
    """
    return repr(value)


def _moment(value: object) -> str:
    return f'timestamp("{value}")'.replace(" ", "T")


_WRITERS: Final[Sequence[tuple[type | tuple[type, ...], Callable[[object], str]]]] = (
    (bool, lambda value: str(value).lower()),
    ((int, float), _number),
    (str, _quoted),
    (date, _moment),  # a moment is one too
)
_AS_KIND: Final[Mapping[Type | None, Callable[[object], str]]] = {"text": _quoted, "list": _quoted, "moment": _moment}
