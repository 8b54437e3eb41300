"""The section of a source: where its rows lie, and which canonical columns they fill."""

from __future__ import annotations

from encodings.aliases import aliases
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from features.config.locations import Place, is_url
from features.config.sections.mapping import check_columns, check_signals
from features.config.sections.section import KindName, Section, Whole, Zone, check_id_types
from features.errors import StamkundError
from features.events.identifiers import TYPE
from features.events.tables import (
    OTHER_ID,
    SIGNAL,
    SINCE,
    UPDATED_AT,
    WITH_IDS,
    Table,
)
from features.reading.formats import parse_format


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


_FORM = ("encoding", "delimiter", "header", "names", "footer", "sheet", "records")
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "spaces": " "}


def _delimiter(value: object) -> object:
    return _DELIMITERS.get(value, value) if isinstance(value, str) else value


Delimiter = Annotated[str, Field(min_length=1, max_length=4), BeforeValidator(_delimiter)]
Expression = Annotated[str, Field(min_length=1), BeforeValidator(_text)]


class Source(Section):
    """One table of yours and how its columns become canonical ones."""

    table: Table = "events"
    origin: Place | dict[str, Place] = Field(alias="from")
    query: str | None = None
    timezone: Zone = "UTC"
    formats: dict[str, Expression] = Field(default_factory=dict)
    times: Literal["days", "moments"] | None = None
    where: Expression | None = None
    kind: KindName | None = None
    id_type: str = Field(default="user_id", pattern=f"^{TYPE}$")
    columns: dict[str, Expression]
    ids: dict[str, Expression] = Field(default_factory=dict)
    consents: dict[str, Expression] = Field(default_factory=dict)
    since: Expression | None = None
    updated_at: Expression | None = None
    same_as: list[str] = Field(default_factory=list)
    # The form of files; what is silent is found.
    encoding: str | None = None
    delimiter: Delimiter | None = None
    header: Annotated[Whole, Field(ge=1)] | Literal["none"] | None = None
    names: list[Expression] | None = None
    footer: Annotated[Whole, Field(ge=0)] | None = None
    sheet: str | None = None
    records: str | None = None

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, name: str | None) -> str | None:
        try:
            "".encode(name or "utf-8")
        except LookupError:
            known = {"utf-8", "utf-16", "latin-1", *aliases.values()} - {"mbcs", "oem"}
            raise StamkundError.unknown("unknown_encoding", "encoding", str(name), known) from None
        return name

    @field_validator("names")
    @classmethod
    def _different_names(cls, names: list[str] | None) -> list[str] | None:
        lower = [name.lower() for name in names or []]
        for name in names or []:
            if lower.count(name.lower()) > 1:
                msg = f"`names` gives the name {name!r} twice: each column needs its own."
                raise StamkundError("bad_setting", msg)
        return names

    @field_validator("formats")
    @classmethod
    def _known_formats(cls, formats: dict[str, str]) -> dict[str, str]:
        for column, text in formats.items():
            try:
                parse_format(text)
            except StamkundError as error:
                raise StamkundError(error.code, str(error), field=column) from None
        return formats

    @field_validator("ids")
    @classmethod
    def _known_types(cls, ids: dict[str, str]) -> dict[str, str]:
        check_id_types(ids)
        return dict(sorted(ids.items()))

    @property
    def mapping(self) -> dict[str, str]:
        """What each canonical column is read from; others stand as ``ids.TYPE`` and ``consents.NAME``."""
        others = {f"{OTHER_ID}{name}": text for name, text in self.ids.items()}
        others |= {f"{SIGNAL}{name}": text for name, text in sorted(self.consents.items())}
        times = {SINCE: self.since, UPDATED_AT: self.updated_at}
        return self.columns | others | {column: text for column, text in times.items() if text is not None}

    @staticmethod
    def key_of(column: str) -> str:
        """The key of the settings under which a column of the mapping stands.

        >>> Source.key_of("order_id"), Source.key_of("ids.email")
        ('columns.order_id', 'ids.email')
        """
        if column in {SINCE, UPDATED_AT}:
            return column.removesuffix(":")
        return column if column.startswith((OTHER_ID, SIGNAL)) else f"columns.{column}"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_columns(self.table, self.columns, kind=self.kind)
        check_signals(self.table, self.consents)
        if self.ids and self.table not in WITH_IDS:
            msg = f"`ids` are those of people, and {self.table} are none: take them away."
            raise StamkundError("unused_setting", msg, field="ids")
        if self.since is not None and not (self.ids and self.table == "customers"):
            msg = "`since` says from when on the `ids` of customers are known, and there are none: take it away."
            raise StamkundError("unused_setting", msg, field="since")
        if self.updated_at is not None and self.table != "customers":
            msg = f"`updated_at` says when a row of customers last changed, and these are {self.table}: take it away."
            raise StamkundError("unused_setting", msg, field="updated_at")
        self._check_query()
        return self

    def _check_query(self) -> None:
        if isinstance(self.origin, dict) and self.query is None:
            msg = "`from` names several tables: say in `query` what to select from them."
            raise StamkundError("missing_query", msg, field="query")
        if not (isinstance(self.origin, str) and is_url(self.origin)):
            return
        if self.query is None:
            raise StamkundError(
                "missing_query", "A database needs its SQL: say in `query` what to select.", field="query"
            )
        for key in _FORM:
            if getattr(self, key) is not None:
                msg = f"`{key}` tells the form of files; what a database's query selects has none. Take it away."
                raise StamkundError("unused_setting", msg, field=key)
