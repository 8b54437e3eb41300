"""``stamkund.yaml``: what it may say, as frozen typed settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from features import sql
from features.config.document import explain, parse
from features.config.locations import Place, Resolved, expand, is_url
from features.errors import StamkundError
from features.events.tables import COLUMNS, FILLED, NEEDED, Table
from features.language.aggregations import Take
from features.language.declare import declare
from features.language.stage_settings import StageSettings
from features.moments import micros
from features.units import DAY, Duration, Size


class Part(BaseModel):
    """A section of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Expression = Annotated[str, BeforeValidator(_text), Field(min_length=1)]


class Source(Part):
    """One table of yours and how its columns become canonical ones."""

    table: Table = "events"
    origin: Place | dict[str, Place] = Field(alias="from")
    query: str | None = None
    timezone: str = "UTC"
    kind: str | None = None
    id_type: str = "user_id"
    columns: dict[str, Expression]

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name != "UTC" and name not in sql.zones():
            raise StamkundError.unknown("unknown_timezone", "time zone", name, sql.zones())
        return name

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._check_columns()
        self._check_query()
        return self

    def _check_columns(self) -> None:
        allowed = [name for name in COLUMNS[self.table] if self.table != "events" or name not in FILLED]
        if self.table == "events" and self.kind is not None and "kind" in self.columns:
            raise StamkundError("two_kinds", "Give `kind` once: as a constant or under columns.", field="columns.kind")
        for name in self.columns if self.table != "customers" else ():
            if name not in allowed:
                raise StamkundError.unknown(
                    "unknown_column", f"{self.table} column", name, allowed, field=f"columns.{name}"
                )
        needed = [*NEEDED[self.table], *(["kind"] if self.table == "events" and self.kind is None else [])]
        for name in needed:
            if name not in self.columns:
                extra = " (or as the source's constant `kind:`)" if name == "kind" else ""
                msg = f"A source of {self.table} needs the column `{name}` under columns{extra}."
                raise StamkundError("missing_column", msg, field="columns")

    def _check_query(self) -> None:
        if isinstance(self.origin, dict) and self.query is None:
            msg = "`from` names several tables: say in `query` what to select from them."
            raise StamkundError("missing_query", msg, field="query")
        if isinstance(self.origin, str) and is_url(self.origin) and self.query is None:
            raise StamkundError(
                "missing_query", "A database needs its SQL: say in `query` what to select.", field="query"
            )


class Lapse(Part):
    """Will a customer who was active do nothing of this kind within the horizon?"""

    type: Literal["lapse"]
    event: str = "order"
    horizon: Duration = 28 * DAY
    active: Duration = 56 * DAY


class Spend(Part):
    """What will a customer who was active spend within the horizon?"""

    type: Literal["spend"]
    event: str = "order"
    horizon: Duration = 84 * DAY
    active: Duration = 84 * DAY


class Redemption(Part):
    """Will a contacted customer respond to the campaign within the horizon?"""

    type: Literal["redemption"]
    contact: str = "contact"
    response: str = "redeem"
    horizon: Duration = 56 * DAY


TargetSettings = Annotated[Lapse | Spend | Redemption, Field(discriminator="type")]


class Added(Part):
    """A feature beside the default ones: see :func:`features.language.declare.declare`."""

    take: Take
    kind: str | list[str]
    of: str = "lines"
    where: dict[str, object] = {}
    windows: int | str | tuple[int | str, ...] = (28, 90, "all")
    over: dict[str, object] = {}
    by: str = "lines"
    among: tuple[str, ...] = ()


class FeatureSettings(Part):
    """What the default feature set is fitted on, and what is added to it."""

    fitted_at: datetime | None = None
    categories: int = Field(default=20, ge=0)
    stages: StageSettings = StageSettings()
    add: dict[str, Added] = {}

    @field_validator("add")
    @classmethod
    def _declarable(cls, add: dict[str, Added]) -> dict[str, Added]:
        for name, given in add.items():
            try:
                declare(name, **given.model_dump())
            except StamkundError as error:
                field = ".".join(part for part in (name, error.field) if part and part != "name")
                raise StamkundError(error.code, str(error), field=field) from None
        return add


class Gate(Part):
    """What a model must show before it may be used."""

    outcomes: int = Field(default=200, ge=1)
    horizons: int = Field(default=3, ge=1)
    confidence: float = Field(default=0.9, gt=0, lt=1)
    slope: tuple[float, float] = (0.8, 1.25)


class Fallback(Part):
    """What everyone may be shown when nothing else is eligible."""

    offer_id: str = "fallback"
    name: str = "Our current offers"


class OfferSettings(Part):
    """What is assumed of offers that carry no value of their own."""

    margin: float = Field(default=0.25, gt=0, le=1)
    window: Duration = 84 * DAY
    fallback: Fallback = Fallback()


class Serving(Part):
    """How the service behaves."""

    models: Literal["registry", "carried"] = "registry"
    body_limit: Size = 1_000_000


class Settings(Part):
    """Everything that ``stamkund.yaml`` says, with absolute paths.

    >>> settings = Settings.model_validate({"name": "Corner shop", "home": "/srv/shop", "sources": {}})
    >>> settings.lake.as_posix(), settings.store_url
    ('/srv/shop/lake', 'sqlite:////srv/shop/store.db')
    """

    name: str
    clock: datetime | None = None
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    minor_units: int = Field(default=2, ge=0, le=4)
    home: Resolved = Field(default=Path(".stamkund"), validate_default=True)
    store: Place | None = None
    registry: Place | None = None
    sources: dict[str, Source]
    features: FeatureSettings = FeatureSettings()
    targets: dict[str, TargetSettings] = {}
    gate: Gate = Gate()
    offers: OfferSettings = OfferSettings()
    serving: Serving = Serving()

    @field_validator("sources", "targets")
    @classmethod
    def _plain_names(cls, named: dict[str, Part]) -> dict[str, Part]:
        for name in named:
            if not re.fullmatch(r"[A-Za-z_][\w-]*", name) or name == "http":
                msg = f"{name!r} cannot be a name here: use letters, digits, - and _ (and not `http`)."
                raise StamkundError("bad_name", msg, field=name)
        return named

    @field_validator("sources")
    @classmethod
    def _known_tables(cls, sources: dict[str, Source]) -> dict[str, Source]:
        for name, source in sources.items():
            elsewhere = isinstance(source.origin, str) and (is_url(source.origin) or source.origin.startswith("${"))
            if source.query is not None and not elsewhere:
                _check_query(source.query, names_of(name, source.origin), f"{name}.query")
        return sources

    @property
    def lake(self) -> Path:
        """The folder of the lake."""
        return self.home / "lake"

    @property
    def profiles(self) -> Path:
        """The folder of the profiles."""
        return self.home / "profiles"

    @property
    def fold(self) -> Path:
        """The folder of what is known of events before all windows."""
        return self.home / "fold"

    @property
    def rejects(self) -> Path:
        """The folder of the rejected rows."""
        return self.home / "rejects"

    @property
    def feature_set(self) -> Path:
        """The file of the fitted feature set."""
        return self.home / "features.json"

    @property
    def artifacts(self) -> Path:
        """The folder of the models' files, beside the default registry."""
        return self.home / "artifacts"

    @property
    def store_url(self) -> str:
        """The operational store's database URL, secrets included: never log it."""
        return expand(self.store or f"sqlite:///{self.home / 'store.db'}", field="store")

    @property
    def registry_url(self) -> str:
        """The MLflow tracking and registry URI, secrets included: never log it."""
        return expand(self.registry or f"sqlite:///{self.home / 'mlflow.db'}", field="registry")

    def now(self, as_of: datetime | date | int | None = None) -> int:
        """The moment meant, in microseconds: the one given, else the fixed clock, else this very moment."""
        if isinstance(as_of, int):
            return as_of
        return micros(as_of or self.clock or datetime.now().astimezone())


def read_settings(path: Path | str) -> Settings:
    """The settings of a ``stamkund.yaml``; every problem in it is told with its line, key and nearest valid name."""
    file = Path(path)
    document = parse(file)
    try:
        return Settings.model_validate(document.data, context={"folder": file.resolve().parent})
    except ValidationError as error:
        raise explain(error, document, Settings) from None


def _check_query(query: str, named: Mapping[str, str], field: str) -> None:
    try:
        read = sql.tables_of(query)
    except ValueError as error:
        msg = f"This is not a query that DuckDB can read: {error}"
        raise StamkundError("bad_query", msg, field=field) from None
    for table in sorted(read):
        if table.lower() not in {name.lower() for name in named}:
            raise StamkundError.unknown("unknown_table", "table", table, named, field=field)


def names_of(source: str, origin: str | Mapping[str, str]) -> dict[str, str]:
    """The tables that a source's query may name; one location goes by the source's own name.

    >>> names_of("orders", "orders.csv")
    {'orders': 'orders.csv'}
    """
    return {source: origin} if isinstance(origin, str) else dict(origin)
