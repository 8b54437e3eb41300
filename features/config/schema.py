"""Which keys the sections of a settings file allow, read off their models."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel

from features.config.document import Keys


def allowed_names(model: type[BaseModel], keys: Keys, data: object) -> list[str]:
    """The names that are allowed below a key."""
    return sorted(name for part in sections_at(model, keys, data) for name in _fields(part))


def sections_at(model: type[BaseModel], keys: Keys, data: object) -> list[type[BaseModel]]:
    """The sections that may stand at a key; of those with a ``type``, the one that the data names."""
    parts: list[object] = [model]
    for key in keys:
        data = data[key]  # type: ignore[index]
        parts = [inner for part in parts for inner in _parts(_below(part, key))]
        tag = data.get("type") if isinstance(data, dict) else None
        parts = [part for part in parts if tag in tags(part)] or parts
    return [part for part in parts if _is_model(part)]


def tags(part: object) -> tuple[object, ...]:
    """The values of ``type`` that mean a section; none for a section without a ``type``."""
    field = part.model_fields.get("type") if _is_model(part) else None
    return get_args(field.annotation) if field else ()


def _below(part: object, key: str | int) -> object:
    if _is_model(part):
        return _fields(part).get(str(key))
    return get_args(part)[-1] if get_origin(part) is dict else None


def _fields(model: type[BaseModel]) -> dict[str, object]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _parts(annotation: object) -> list[object]:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, UnionType}:
        return [part for member in get_args(annotation) for part in _parts(member)]
    return [annotation]


def _is_model(part: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(part, type) and issubclass(part, BaseModel)
