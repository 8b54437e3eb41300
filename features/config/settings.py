"""The settings: everything that ``stamkund.yaml`` says, read, checked and typed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator, model_validator

from features.config.document import parse
from features.config.hashing import check_hashing
from features.config.locations import Place, Resolved, expand, is_url
from features.config.mistakes import explain
from features.config.outcomes import check_outcomes
from features.config.preferences import check_preferences
from features.config.query import check_query
from features.config.same_as import check_same_as
from features.config.sections.consent import ConsentSettings
from features.config.sections.decisions.candidates import check_columns
from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.decisions.names import check_rules, rule_names
from features.config.sections.decisions.uplift import check_uplift
from features.config.sections.features import FeatureSettings
from features.config.sections.identity import IdentitySettings
from features.config.sections.insights.dimensions import DimensionSettings, check_dimensions
from features.config.sections.insights.journeys import JourneySettings
from features.config.sections.insights.metrics import MetricSettings, check_models, check_purposes
from features.config.sections.insights.segments import DeclaredSegment, segment_names, segment_rules
from features.config.sections.mapping import check_known
from features.config.sections.offers import OfferSettings
from features.config.sections.privacy import PrivacySettings
from features.config.sections.section import MissingId, Moment, Section, Whole, Zone, check_names
from features.config.sections.serving import Clv, Serving
from features.config.sections.targets.targets import Gate, TargetSettings, Training
from features.config.source import Source
from features.config.target_names import check_target_names, each_horizon, with_each_horizon
from features.errors import StamkundError
from features.language.rules.types import Names
from features.moments import micros
from features.reading.ids import MISSING_IDS
from features.texts.catalogue import Language


def _with_defaults(section: object) -> object:
    """A section whose name alone stands in the file is there, with its defaults."""
    return {} if section is None else section


class Settings(Section):
    """Everything that ``stamkund.yaml`` says, with absolute paths.

    >>> settings = Settings.model_validate({"name": "Corner shop", "home": "/srv/shop", "sources": {}})
    >>> settings.lake.as_posix(), settings.store_url
    ('/srv/shop/lake', 'sqlite:////srv/shop/store.db')
    """

    name: str
    clock: Moment | None = None
    timezone: Zone = "UTC"
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    language: Language = "en"
    minor_units: Whole = Field(default=2, ge=0, le=4)
    missing_ids: tuple[MissingId, ...] = MISSING_IDS
    home: Resolved = Field(default=Path(".stamkund"), validate_default=True)
    store: Place | None = None
    registry: Place | None = None
    sources: dict[str, Source]
    identity: Annotated[IdentitySettings | None, BeforeValidator(_with_defaults)] = None
    features: FeatureSettings = FeatureSettings()
    targets: Annotated[dict[str, TargetSettings], BeforeValidator(each_horizon)] = Field(default_factory=dict)
    training: Training = Training()
    gate: Gate = Gate()
    offers: OfferSettings = OfferSettings()
    decisions: Annotated[DecisionSettings | None, BeforeValidator(_with_defaults)] = None
    metrics: dict[str, MetricSettings] = Field(default_factory=dict)
    dimensions: dict[str, DimensionSettings] = Field(default_factory=dict)
    segments: dict[str, DeclaredSegment] = Field(default_factory=dict)
    journeys: dict[str, JourneySettings] = Field(default_factory=dict)
    clv: Clv = Clv()
    serving: Serving = Serving()
    consent: ConsentSettings | None = None
    privacy: PrivacySettings = PrivacySettings()
    _folder: Path = PrivateAttr()
    _file: str = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Keep the folder that relative paths are resolved against, and the file in it."""
        self._folder = Path((context or {}).get("folder", ".")).resolve()
        self._file = (context or {}).get("file", "stamkund.yaml")

    @property
    def folder(self) -> Path:
        """The folder of the settings file, against which its paths are resolved."""
        return self._folder

    @property
    def file(self) -> Path:
        """The settings file."""
        return self._folder / self._file

    @field_validator("sources", "targets", "metrics", "dimensions", "segments", "journeys")
    @classmethod
    def _plain_names(cls, sections: dict[str, Section]) -> dict[str, Section]:
        check_names(sections)
        return sections

    @field_validator("targets")
    @classmethod
    def _own_columns(cls, targets: dict[str, TargetSettings]) -> dict[str, TargetSettings]:
        check_target_names(targets)
        return targets

    @field_validator("sources")
    @classmethod
    def _known_tables(cls, sources: dict[str, Source]) -> dict[str, Source]:
        for name, source in sources.items():
            check_query(name, source)
            check_same_as(name, sources)
        return sources

    @model_validator(mode="after")
    def _known_outcomes(self) -> Self:
        check_outcomes(self.targets, self.sources)
        return self

    @model_validator(mode="after")
    def _company_clock(self) -> Self:
        """Times of a source that names no zone are the company's."""
        for name, source in self.sources.items():
            if "timezone" not in source.model_fields_set:
                self.sources[name] = source.model_copy(update={"timezone": self.timezone})
        return self

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Names are known, and values that are to be hashed can be, and are kept readable by nothing beside."""
        if self.identity is not None:
            check_preferences(self.identity.attributes, self.sources)
        for name, source in self.sources.items():
            check_known(source.consents, self.consent, field=f"sources.{name}.consents")
        check_hashing(self.identity, self.privacy, self.sources)
        self._check_decisions()
        check_models(self.metrics, self.targets)
        check_purposes(self.metrics, () if self.consent is None else self.consent.purposes)
        segment_rules(self.segments, self.rule_names)
        check_dimensions(self.dimensions, segment_names(self.rule_names, self.segments))
        return self

    def _check_decisions(self) -> None:
        decisions = self.decisions or DecisionSettings()
        for name, source in self.sources.items():
            if source.table == "offers":
                check_columns(source.columns, decisions.candidates.columns, field=f"sources.{name}.columns")
        check_uplift(decisions.arbitration, self.targets)
        check_rules(decisions, self.rule_names)

    @property
    def rule_names(self) -> Names:
        """The names that rules may use, as far as settings tell them."""
        purposes = self.consent.purposes if self.consent is not None else ()
        return rule_names(self.decisions or DecisionSettings(), self.targets, purposes, self.segments, self.journeys)

    @property
    def lake(self) -> Path:
        """The folder of the lake."""
        return self.home / "lake"

    @property
    def profiles(self) -> Path:
        """The folder of the profiles."""
        return self.home / "profiles"

    @property
    def scores(self) -> Path:
        """The folder of what batches said of customers."""
        return self.home / "scores"

    @property
    def batches(self) -> Path:
        """The folder of batches of scores that are not finished."""
        return self.home / "batches"

    @property
    def checkpoint(self) -> Path:
        """The folder of the aggregates of old months."""
        return self.home / "checkpoint"

    @property
    def rejects(self) -> Path:
        """The folder of the rejected rows."""
        return self.home / "rejects"

    @property
    def feature_set(self) -> Path:
        """The file of the fitted feature set."""
        return self.home / "features.json"

    @property
    def insights(self) -> Path:
        """The folder of the tables of insights."""
        return self.home / "insights"

    @property
    def orders(self) -> Path:
        """The file of the model of orders."""
        return self.home / "orders.json"

    @property
    def artifacts(self) -> Path:
        """The folder of the models' files, beside the default registry."""
        return self.home / "artifacts"

    @property
    def store_url(self) -> str:
        """The operational store's database URL, secrets included: never log it."""
        url = expand(self.store or f"sqlite:///{self.home / 'store.db'}", field="store")
        if not is_url(url):
            text = "This is no database URL. Give one such as postgresql+psycopg://user@host/database."
            raise StamkundError("bad_database_url", text, field="store")
        return url

    @property
    def registry_url(self) -> str:
        """The MLflow tracking and registry URI, secrets included: never log it."""
        return expand(self.registry or f"sqlite:///{self.home / 'mlflow.db'}", field="registry")

    def now(self, as_of: datetime | date | int | None = None) -> int:
        """``as_of`` in microseconds; without one the fixed clock, or else the present moment.

        A day, or a time without a zone, is the company's: a day is its local beginning.
        """
        if isinstance(as_of, int):
            return as_of
        return micros(as_of or self.clock or datetime.now().astimezone(), self.timezone)


def read_settings(path: Path | str) -> Settings:
    """The settings of a ``stamkund.yaml``; an error names line, key and nearest valid name of each mistake."""
    file = Path(path)
    document = parse(file)
    try:
        return Settings.model_validate(document.data, context={"folder": file.resolve().parent, "file": file.name})
    except ValidationError as error:
        raise explain(error, with_each_horizon(document), Settings) from None
