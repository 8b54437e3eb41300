"""Fields of a candidate as they are written on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from features.config.sections.decisions.candidates import ColumnType
from features.config.settings import Settings
from features.errors import StamkundError
from features.language.rules.typed import typed

_KINDS: Final[Mapping[str, ColumnType]] = {
    **dict.fromkeys(("priority", "lever", "stock"), "number"), "paused": "boolean",
    **dict.fromkeys(("item_ids", "channels", "formats", "tags"), "list"),
}  # fmt: skip


def fields_of(told: Iterable[str], settings: Settings) -> dict[str, object]:
    """The fields that texts like ``value=3.00`` tell; nothing behind the sign lets one be silent.

    >>> shop = Settings.model_validate({"name": "Shop", "sources": {}})
    >>> fields_of(["value=3.00", "tags=red|new", "lever=1.5", "ends="], shop)
    {'value': '3.00', 'tags': ['red', 'new'], 'lever': 1.5, 'ends': None}
    """
    own = {} if settings.decisions is None else settings.decisions.candidates.columns
    return dict(_field(each, {**own, **_KINDS}) for each in told)


def _field(told: str, kinds: Mapping[str, ColumnType]) -> tuple[str, object]:
    name, sign, text = told.partition("=")
    if not sign:
        raise StamkundError("bad_field", field="--field", text=told)
    kind = kinds.get(name, "text")
    if kind == "list":
        return name, text.split("|") if text else []
    value = typed(text, kind) if kind in {"number", "boolean"} else text or None
    if text and value is None:
        raise StamkundError("wrong_type", at=name, kind=kind, field=name)
    return name, value
