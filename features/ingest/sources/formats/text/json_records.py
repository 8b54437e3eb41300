"""The records of JSON values: where lists of objects lie, and each object as a row of texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from features.errors import StamkundError

Row = Mapping[str, str | None]
PARENT = "parent"  # the prefix of what lies beside the records, where the list they are in has no name
_FEW = 1000  # objects of a list that are looked at


class Number(str):
    """A number as it is written: no digit of it goes through a float."""

    __slots__ = ()


class Flaw(str):
    """What is wrong with something that should be a record."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


def places(value: object, above: str = "") -> list[str]:
    """Where lists of objects lie in a document, outer ones first; the empty place is the document itself.

    >>> places({"orders": [{"id": 1, "lines": [{"sku": "a"}]}, {"lines": []}], "page": 1})
    ['orders', 'orders.lines']
    """
    return list(dict.fromkeys(_places(value, above)))


def outer_places(document: object) -> list[str]:
    """The places of the lists that lie in no other one; a document that is a record itself is the only one."""
    found = places(document)
    if found:
        return [
            place
            for place in found
            if not any(place.startswith(f"{other}.") or not other for other in found if other != place)
        ]
    if isinstance(document, dict) and not _is_keyed(document):
        return [""]
    msg = (
        "This JSON holds no list of objects. Write the records as one, `[{…}, {…}]`, or an object a line; "
        'of pandas: `frame.to_json("rows.json", orient="records")`.'
    )
    raise StamkundError("unreadable_file", msg)


def rows_at(value: object, place: str) -> Iterator[Row | Flaw]:
    """The records at a place of a document, each with the fields that lie beside and above it.

    A parent without records there is a row of its own, so that nothing of it is lost.

    >>> order = {"id": Number("7"), "customer": {"id": "c1"}, "lines": [{"sku": "a"}, {"sku": "b"}]}
    >>> list(rows_at({"orders": [order]}, "orders.lines"))[1]
    {'sku': 'b', 'orders.id': '7', 'orders.customer.id': 'c1'}
    """
    yield from _rows(value, tuple(place.split(".")) if place else (), "", {})


def _places(value: object, above: str) -> Iterator[str]:
    if isinstance(value, list):
        objects = [item for item in value[:_FEW] if isinstance(item, dict)]
        if objects:
            yield above
            for item in objects:
                yield from _below(item, above)
    elif isinstance(value, dict):
        yield from _below(value, above)


def _below(item: Mapping[str, object], above: str) -> Iterator[str]:
    for key, value in item.items():
        if isinstance(value, list | dict):
            yield from _places(value, f"{above}.{key}" if above else key)


def _rows(value: object, keys: tuple[str, ...], name: str, above: Row) -> Iterator[Row | Flaw]:
    """Goes down to the records through objects and lists; ``name`` is the key that was gone through last."""
    if isinstance(value, list):
        for item in value:
            yield from _rows(item, keys, name, above)
        if not value and above:
            yield above
    elif not isinstance(value, dict):
        yield Flaw(f"{json_text(value)[:60]} is no object") if value is not None or not above else above
    elif not keys:
        yield {**dict(_flat(value, "")), **above}
    else:
        # Other lists of records beside are tables of their own.
        beside = {key: field for key, field in value.items() if key != keys[0] and not _is_list_of_objects(field)}
        own = {**above, **dict(_flat(beside, f"{name or PARENT}."))}
        yield from _rows(value[keys[0]], keys[1:], keys[0], own) if keys[0] in value else [own]


def _flat(value: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str | None]]:
    for key, field in value.items():
        if isinstance(field, dict) and field:
            yield from _flat(field, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _text(field)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else str(value)
    return None if value == {} else json_text(value)


def json_text(value: object) -> str:
    """A value as JSON, its numbers as they were written.

    >>> json_text([Number("1.50"), "a", {"b": None}])
    '[1.50, "a", {"b": null}]'
    """
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(json_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(key)}: {json_text(field)}' for key, field in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _is_keyed(document: Mapping[str, object]) -> bool:
    """Whether an object's fields are objects of the same fields: records, or columns, under keys."""
    fields = [tuple(value) if isinstance(value, dict) else None for value in document.values()]
    return len(fields) > 1 and fields[0] is not None and len(set(fields)) == 1
