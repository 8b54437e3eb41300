"""Mistakes in a settings file, each with its line, its key, the value and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from features.config.document import Document, Keys
from features.config.schema import allowed_names, sections_at, tags
from features.errors import StamkundError

LONGEST = 60  # characters of a value that are shown
# What is allowed where pydantic reports these types of errors; the braces are filled from the error's context.
_EXPECTED: Mapping[str, str] = {
    "string_type": "a text",
    "string_too_short": "a text that is not empty",
    "string_pattern_mismatch": "a text of the form {pattern}",
    "path_type": "a path",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    **dict.fromkeys(("list_type", "tuple_type"), "a list"),
    "too_long": "a list of at most {max_length}",
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a dictionary of keys and values"),
    "literal_error": "{expected}",
    "union_tag_invalid": "of a `type` among {expected_tags}",
}


@dataclass(frozen=True)
class Mistake:
    """A mistake at one place: a ``text``, or what is ``expected`` there instead of the ``value``."""

    keys: Keys
    code: str
    value: object = None
    expected: str = ""
    text: str = ""


def explain(error: ValidationError, document: Document, model: type[BaseModel]) -> StamkundError:
    """One error that tells every mistake in the document; its code and field are those of the first."""
    mistakes = _merge([_mistake(details, document.data, model) for details in error.errors()])
    lines = [f"{_place(mistake.keys, document)}: {mistake.text}" for mistake in mistakes]
    return StamkundError(mistakes[0].code, "\n".join(lines), field=_path(mistakes[0].keys))


def _mistake(details: ErrorDetails, data: object, model: type[BaseModel]) -> Mistake:
    keys, loc = _keys(details["loc"], data, model), details["loc"]
    cause = details.get("ctx", {}).get("error")
    if cause is not None:
        return _of_exception(cause, keys)
    match details["type"]:
        case "extra_forbidden":
            unknown = StamkundError.unknown("unknown_key", "key", str(keys[-1]), allowed_names(model, keys[:-1], data))
            return Mistake(keys, unknown.code, text=str(unknown))
        case "missing" if isinstance(loc[-1], int):
            return Mistake(keys, "bad_setting", text=f"item {loc[-1] + 1} of this list is missing.")
        case "missing":
            return Mistake((*keys, loc[-1]), "missing_key", text="this key is required.")
        case "union_tag_not_found":
            allowed = " or ".join(f"'{tag}'" for part in sections_at(model, keys, data) for tag in tags(part))
            return Mistake((*keys, "type"), "missing_key", text=f"this key is required: {allowed}.")
        case kind:
            context = details.get("ctx", {})
            expected = _EXPECTED[kind].format_map(context) if kind in _EXPECTED else details["msg"]
            return Mistake(keys, "bad_setting", context.get("tag", details["input"]), expected)


def _of_exception(cause: Exception, keys: Keys) -> Mistake:
    """The mistake of an exception whose text holds the value and what is allowed."""
    if isinstance(cause, StamkundError):
        inner = cause.field.split(".") if cause.field else ()
        return Mistake((*keys, *inner), cause.code, text=str(cause))
    return Mistake(keys, "bad_setting", text=f"{cause}.")


def _merge(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """One mistake a place; where several forms are allowed, pydantic reports each of them."""
    deepest = [one for one in mistakes if not any(_within(other.keys, one.keys) for other in mistakes)]
    return [mistake for _, group in groupby(deepest, key=lambda one: one.keys) for mistake in _with_texts(list(group))]


def _within(keys: Keys, outer: Keys) -> bool:
    return len(keys) > len(outer) and keys[: len(outer)] == outer


def _with_texts(group: Sequence[Mistake]) -> Iterator[Mistake]:
    """The mistakes at one place, each with its text."""
    if texts := [mistake for mistake in group if mistake.text]:
        yield from texts
    elif expected := list(dict.fromkeys(mistake.expected for mistake in group if mistake.expected)):
        first = next(mistake for mistake in group if mistake.expected)
        yield Mistake(
            first.keys, first.code, text=f"this must be {' or '.join(expected)}, not {_display(first.value)}."
        )


def _display(value: object) -> str:
    """A value as the file writes it, shortened."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value) if isinstance(value, str | int | float | list | dict) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _place(keys: Keys, document: Document) -> str:
    return ": ".join(filter(None, [document.place(keys), _path(keys)]))


def _path(keys: Keys) -> str:
    return ".".join(map(str, keys))


def _keys(loc: Iterable[str | int], data: object, model: type[BaseModel]) -> Keys:
    """The keys of the file in an error's location, which also names pydantic's own types and a section's ``type``."""
    keys, part, inside_type = list[str | int](), data, False
    for step in loc:
        if not inside_type and any(step in tags(section) for section in sections_at(model, tuple(keys), data)):
            inside_type = True
            continue
        inside = step in part if isinstance(part, dict) else isinstance(part, list) and step in range(len(part))
        if inside:
            keys.append(step)
            part, inside_type = part[step], False  # type: ignore[index]
    return tuple(keys)
