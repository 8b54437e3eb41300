"""What can be asked for as a job, and the command line that each is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from features.config.settings import Settings
from features.errors import StamkundError
from features.reading.iso import parse
from serving.http.reception.body import Body

Name = Annotated[str, Field(pattern=r"^\w[\w-]*$", max_length=200)]
FILE = r"^\w[\w.-]*\.parquet$"
VARIABLE = r"^\$\{\w+\}$"


class _Job(Body):
    request_id: str | None = Field(
        default=None, min_length=1, max_length=200, description="The same again is the same job; so is Idempotency-Key."
    )


class _JobAt(_Job):
    as_of: str | None = Field(default=None, description="The moment to look from; the clock's when left out.")

    def _moment(self, settings: Settings) -> list[str]:
        if self.as_of is None:
            return []
        parse(self.as_of, field="as_of", timezone=settings.timezone)
        return [f"--as-of={self.as_of}"]


class BuildJob(_JobAt):
    """Read what is new, write everyone's profile, renew the records: `stamkund build`."""

    kind: Literal["build"]
    anew: bool = Field(default=False, strict=True, description="Read everything again.")
    refit: bool = Field(default=False, strict=True, description="Derive the features anew; then train again.")
    accept: list[Name] = Field(default=[], max_length=20, description="Codes of what may differ from the last build.")

    def arguments(self, settings: Settings) -> list[str]:
        """The options of its command line."""
        switches = [f"--{name}" for name in ("anew", "refit") if getattr(self, name)]
        return [*self._moment(settings), *switches, *([f"--accept={','.join(self.accept)}"] if self.accept else ())]


class TrainJob(_JobAt):
    """Fit, judge and register models: `stamkund train`."""

    kind: Literal["train"]
    targets: list[Name] = Field(default=[], max_length=100, description="All when left out.")
    quick: bool = Field(default=False, strict=True, description="Trees alone, instead of a race of all learners.")

    def arguments(self, settings: Settings) -> list[str]:
        """The options and arguments of its command line."""
        for place, name in enumerate(self.targets):
            if name not in settings.targets:
                field = f"targets[{place}]"
                raise StamkundError.unknown("unknown_target", "target", name, settings.targets, field=field)
        return [*self._moment(settings), *(["--quick"] if self.quick else ()), "--", *self.targets]


class ScoreJob(_JobAt):
    """Score everybody: `stamkund score`."""

    kind: Literal["score"]
    out: str = Field(
        default="scores.parquet",
        pattern=f"{FILE}|{VARIABLE}",
        description="A file beside the settings, or `${NAME}`: the environment variable with a database's URL.",
    )
    table: Name = Field(default="scores", description="The table, in a database.")
    append: bool = Field(default=False, strict=True, description="Keep the table's rows of other moments and versions.")
    reasons: int = Field(default=3, strict=True, ge=0, le=20, description="How many each model gives.")

    def arguments(self, settings: Settings) -> list[str]:
        """The options of its command line."""
        return [
            *self._moment(settings),
            f"--out={self.out}",
            f"--table={self.table}",
            *(["--append"] if self.append else ()),
            f"--reasons={self.reasons}",
        ]


class DecideJob(_Job):
    """Decide for everybody, now: `stamkund decide --everyone`."""

    kind: Literal["decide"]
    placements: list[Name] = Field(default=[], max_length=20, description="All that are declared when left out.")
    count: int | None = Field(default=None, strict=True, ge=1, le=100, description="How many; as declared, else 1.")
    context: dict[Name, str] = Field(default={}, max_length=50, description="What a request would tell, as texts.")
    batch: Name | None = Field(
        default=None, description="Its name: by the same one nobody is decided again. A new one when left out."
    )
    out: str = Field(
        default="decisions.parquet",
        pattern=f"{FILE}|{VARIABLE}",
        description="A file beside the settings, or `${NAME}`: the environment variable with a database's URL.",
    )
    table: Name = Field(default="decisions", description="The table, in a database.")
    append: bool = Field(default=False, strict=True, description="Keep the table's rows of other batches.")
    dry_run: bool = Field(default=False, strict=True, description="Count what it comes to; keep and write nothing.")

    def arguments(self, settings: Settings) -> list[str]:
        """The options of its command line."""
        placements = {} if settings.decisions is None else settings.decisions.placements
        for place, name in enumerate(self.placements):
            if placements and name not in placements:
                field = f"placements[{place}]"
                raise StamkundError.unknown("unknown_placement", "placement", name, placements, field=field)
        return [
            "--everyone",
            *(f"--placement={name}" for name in self.placements),
            *([f"--count={self.count}"] if self.count is not None else ()),
            *(f"--context={name}={value}" for name, value in self.context.items()),
            *([f"--batch={self.batch}"] if self.batch is not None else ()),
            f"--out={self.out}",
            f"--table={self.table}",
            *(["--append"] if self.append else ()),
            *(["--dry-run"] if self.dry_run else ()),
        ]


class EffectsJob(_JobAt):
    """What control arms show, as its result: `stamkund decisions effects`."""

    kind: Literal["effects"]

    def arguments(self, settings: Settings) -> list[str]:
        """The options of its command line."""
        return self._moment(settings)


JobRequest = Annotated[BuildJob | TrainJob | ScoreJob | DecideJob | EffectsJob, Field(discriminator="kind")]
