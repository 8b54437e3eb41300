"""A YAML file with the line of each key, and mistakes in it told by line, key and nearest valid name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from features.errors import StamkundError

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """What a YAML file says, and where."""

    file: Path
    data: object
    lines: Mapping[Keys, int]

    def place(self, keys: Keys) -> str:
        """``file:line`` of a key, or of the nearest key around it."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.file.name}:{self.lines.get(keys, 1)}"


def parse(file: Path) -> Document:
    """Read a YAML file; keys given twice are refused, because YAML itself would drop one of them."""
    if not file.is_file():
        msg = f"There is no settings file {file}. Write one with `stamkund init FILE…`, or name another."
        raise StamkundError("missing_settings", msg)
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        lines = {} if root is None else dict(_lines(root, ()))
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        msg = f"{file.name}:{line}: this is not YAML: {error.problem or error.context}. Check quotes and indentation."
        raise StamkundError("bad_yaml", msg) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{file.name}: this is not YAML text: {error}"
        raise StamkundError("bad_yaml", msg) from None
    return Document(file, data, lines)


def explain(error: ValidationError, document: Document, model: type[BaseModel]) -> StamkundError:
    """One error that tells every mistake in the document; its code and field are those of the first."""
    told = [_told(details, document, model) for details in error.errors()]
    return StamkundError(told[0].code, "\n".join(str(each) for each in told), field=told[0].field)


def _told(details: ErrorDetails, document: Document, model: type[BaseModel]) -> StamkundError:
    cause = details.get("ctx", {}).get("error")
    inner = cause.field if isinstance(cause, StamkundError) and cause.field else ""
    keys, known = _walk(model, (*details["loc"], *inner.split("."))) if inner else _walk(model, details["loc"])
    path = ".".join(str(key) for key in keys)
    place = f"{document.place(keys)}: {path}: " if path else f"{document.place(keys)}: "
    if isinstance(cause, StamkundError):
        return StamkundError(cause.code, place + str(cause), field=path)
    if details["type"] == "extra_forbidden":
        unknown = StamkundError.unknown("unknown_key", "key", str(keys[-1]), known)
        return StamkundError(unknown.code, place + str(unknown), field=path)
    if details["type"] == "missing":
        return StamkundError("missing_key", f"{place}this key is required.", field=path)
    came = "" if isinstance(details["input"], dict) else f"; it is {details['input']!r}"
    return StamkundError("bad_setting", f"{place}{details['msg'].removeprefix('Value error, ')}{came}.", field=path)


def _walk(model: type[BaseModel], loc: Sequence[str | int]) -> tuple[Keys, list[str]]:
    """The YAML keys of an error's location (without pydantic's tags), and the names allowed at the last of them."""
    keys: list[str | int] = []
    here: object = model
    known: list[str] = []
    for step in loc:
        parts = _parts(here)
        models = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
        tagged = [part for part in models if step in _tags(part)]
        if tagged and len(models) > 1:
            here = tagged[0]
        elif models and isinstance(step, str):
            fields = {
                field.alias or name: field.annotation for part in models for name, field in part.model_fields.items()
            }
            keys.append(step)
            here, known = fields.get(step), sorted(fields)
        elif mapping := [part for part in parts if get_origin(part) is dict]:
            if step in {"[key]", "str", "dict[str,function-after[_place(), str]]"}:
                continue
            keys.append(step)
            here = get_args(mapping[0])[1]
    return tuple(keys), known


def _parts(annotation: object) -> list[object]:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, UnionType}:
        return [part for each in get_args(annotation) for part in _parts(each)]
    return [annotation]


def _tags(model: type[BaseModel]) -> tuple[object, ...]:
    field = model.model_fields.get("type")
    return get_args(field.annotation) if field else ()


def _lines(node: yaml.Node, keys: Keys) -> Iterator[tuple[Keys, int]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                problem = f"the key {key.value!r} is given twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
            yield (*keys, key.value), key.start_mark.line + 1
            yield from _lines(value, (*keys, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*keys, index), item.start_mark.line + 1
            yield from _lines(item, (*keys, index))
