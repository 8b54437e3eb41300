"""Traces of erased people: their own rows, and their identifiers in the rows of others.

Their own rows go. A row about somebody else stays, without what it says of an erased identifier: among its other
identifiers, as its own one (which its user's then is), and among its properties.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self, cast

import orjson
import polars as pl

from features.addresses import form_of, values_of
from features.events.identifiers import identifier, node, others_in, others_text
from features.privacy.tombstones import FOR_EVER

TOLD: Final = ("id_type", "id", "ids", "properties")  # what may tell of somebody beside ``fragment``
OF_EVENTS: Final = ("fragment", "time", *TOLD)
OF_IDENTIFICATIONS: Final = ("time", "id_type", "id", "ids")
_PREVIOUS: Final = ("user_id", "anonymous_id")  # what an alias may mean
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {  # of the identifiers that properties may hold
    "email": ("email",), "phone": ("phone",), "user_id": ("user_id",), "previous_id": _PREVIOUS,
}  # fmt: skip
_Told = tuple[str | None, str | None, str | None, str | None]


@dataclass(frozen=True)
class Traces:
    """Traces of those of whose nodes ``until`` tells up to which moment (µs) rows are refused; None of all others.

    ``suspects`` are the rows that may hold any, None for all.

    >>> told = {"id_type": "user_id", "id": "8", "ids": '{"email":"anna@x.se"}', "properties": None}
    >>> rows = pl.DataFrame([{"fragment": "7", "time": 5} | told, {"fragment": "8", "time": 5} | told])
    >>> Traces.of(["7", "email:anna@x.se"]).out_of(rows).select("fragment", "ids").rows()
    [('8', None)]
    """

    until: Callable[[str], int | None]
    suspects: pl.Expr | None = None

    @classmethod
    def of(cls, nodes: Collection[str]) -> Self:
        """All traces of some nodes, of whatever time, in rows that are found by the texts of these."""
        return cls(dict.fromkeys(nodes, FOR_EVER).get, _suspects(nodes))

    def out_of(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with ``fragment``, ``time`` and what may tell of somebody, without traces; rows of no time have all."""
        whose = rows["fragment"].unique()
        erased = pl.DataFrame([whose, pl.Series("until", map(self.until, whose), pl.Int64)]).drop_nulls()
        own = pl.col("until").is_not_null() & (pl.col("time").is_null() | (pl.col("time") <= pl.col("until")))
        kept = rows.join(erased, on="fragment", how="left", maintain_order="left").filter(~own).drop("until")
        telling = pl.any_horizontal(pl.col(name).is_not_null() for name in ("ids", "properties"))
        about = kept.with_row_index("row").filter(telling if self.suspects is None else telling & self.suspects)
        changed = list(self._changed(about.select("row", "fragment", "time", *TOLD)))
        if not changed:
            return kept
        told = pl.DataFrame(changed, {"row": pl.get_index_type(), **dict.fromkeys(TOLD, pl.String)}, orient="row")
        return kept.with_row_index("row").update(told, on="row", include_nulls=True).drop("row")

    def out_of_identifications(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The same of what tables of customers tell of their identifiers; rows that tell of none any more go."""
        own = pl.Series("fragment", [node(*each) for each in rows.select("id_type", "id").iter_rows()], pl.String)
        kept = self.out_of(rows.with_columns(own, properties=pl.lit(None, pl.String)))
        return kept.filter(pl.col("ids").is_not_null()).select(rows.columns)

    def out_of_event(self, event: Mapping[str, object]) -> dict[str, object]:
        """An event about somebody else without traces.

        >>> event = {"fragment": "8", "time": 5, "id_type": "anonymous_id", "id": "f00", "ids": '{"user_id":"8"}'}
        >>> Traces.of(["anonymous_id:f00"]).out_of_event(event)
        {'fragment': '8', 'time': 5, 'id_type': 'user_id', 'id': '8', 'ids': None}
        """
        told = tuple(cast("str | None", event.get(name)) for name in TOLD)
        now = self._told(str(event["fragment"]), cast(int, event["time"]), cast(_Told, told))
        return dict(event) | {name: value for name, value in zip(TOLD, now, strict=True) if name in event}

    def _changed(self, rows: pl.DataFrame) -> Iterable[tuple[object, ...]]:
        for row, fragment, time, *told in rows.iter_rows():
            now = self._told(fragment, time, cast(_Told, tuple(told)))
            if now != tuple(told):
                yield row, *now

    def _told(self, fragment: str, time: int | None, told: _Told) -> _Told:
        """What a row of a fragment and a time tells, without traces."""
        id_type, id_, ids, properties = told

        def gone(of_type: str, value: str) -> bool:
            until = self.until(node(of_type, value))
            return until is not None and (time is None or time <= until)

        own, others = (str(id_type), str(id_)), others_in(ids)
        erased = {each for each in others if gone(*each)}
        for guesses in [{(name, value) for name in _PREVIOUS} for of_type, value in erased if of_type in _PREVIOUS]:
            erased |= guesses if guesses <= set(others) else set()  # an alias does not tell which of both it means
        kept = [each for each in others if each not in erased]
        if node(*own) != fragment and gone(*own):
            id_type, id_ = identifier(fragment)
            kept = [each for each in kept if each != (id_type, id_)]
        if properties is not None:
            properties = _properties_without(properties, gone)
        return id_type, id_, ids if len(kept) == len(others) else others_text(kept), properties


def _suspects(nodes: Iterable[str]) -> pl.Expr:
    """Rows that may tell of these nodes, sought by their texts; a number may be written in many ways."""
    values = [value if "@" in value else f'"{value}"' for value in (identifier(node)[1] for node in nodes)]
    own = pl.format('"{}"', "id")
    text = pl.concat_str(own, "id_type", "ids", "properties", separator=" ", ignore_nulls=True)
    written_otherwise = text.str.contains_any(["phone", "\\"]) | (text.str.len_bytes() != text.str.len_chars())
    return text.str.contains_any(values, ascii_case_insensitive=True) | written_otherwise


def _properties_without(text: str, gone: Callable[[str, str], bool]) -> str:
    """Properties without those that are an erased identifier."""
    if not any(f'"{name}"' in text for name in _TYPES):
        return text
    properties = orjson.loads(text)
    kept = _without(properties, gone)
    return text if kept == properties else orjson.dumps(kept).decode()


def _without(told: object, gone: Callable[[str, str], bool]) -> object:
    """The same of a value, and of what is in it."""
    if isinstance(told, dict):
        traces = {name for name, types in _TYPES.items() if _is_told(told.get(name), types, gone)}
        return {name: _without(each, gone) for name, each in told.items() if name not in traces}
    return [_without(each, gone) for each in told] if isinstance(told, list) else told


def _is_told(value: object, types: Collection[str], gone: Callable[[str, str], bool]) -> bool:
    """Whether a property is an erased identifier of some types, or a list with one in it."""
    told = [str(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, str | int)]
    return any(gone(name, each) for text in told for name in types for each in values_of(text, form_of(name)))
