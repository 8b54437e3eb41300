"""Reports of a training and of an evaluation: a model's figures beside those of the rule that needs no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Self, get_type_hints

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from training.learners.model import Model
from training.level.forecast import Forecast
from training.targets import Target
from training.verdict.gate import Verdict
from training.verdict.proxies import Proxy
from training.verdict.succession import NOT_BETTER
from training.walk.race import Entry

Standing = Literal["champion", "challenger", "kept", "refused"]


@dataclass(frozen=True)
class TrainingReport:
    """One target's training at ``as_of``; the figures come from scores out of time, before ``as_of``.

    ``model`` is None when there was too little to train on; ``rows``, ``customers`` and ``origins`` count what the
    final model learnt from, ``found`` the rows that these were drawn from, ``tested`` those that the figures come from.
    ``learners`` are those that won the ``race``; ``folds`` the random parts of customers that the figures come from
    where no time stands behind them, else 0; ``level`` is the forecast that the scores add up to. ``unchanged`` says
    that everything was as it was when this version was trained, so that nothing was trained anew. ``proxies`` are the
    features that give a sensitive attribute away.
    """

    target: Target
    as_of: int
    rows: int
    customers: int
    origins: int
    tested: int = 0
    model: Model | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    baseline: str | None = None
    baseline_metrics: Mapping[str, float] = field(default_factory=dict)
    race: Sequence[Entry] = ()
    folds: int = 0
    learners: tuple[str, ...] = ()
    level: Forecast | None = None
    verdict: Verdict = field(default_factory=Verdict)
    proxies: tuple[Proxy, ...] = ()
    found: int = 0
    promoted: bool = False
    unchanged: bool = False
    seconds: float = 0.0

    @property
    def version(self) -> int | None:
        """The registered version."""
        return self.model.version if self.model else None

    @property
    def standing(self) -> Standing:
        """What became of it; ``kept`` is a version that passed before and was rolled back since."""
        codes = [refusal.code for refusal in self.verdict.refusals]
        if self.promoted:
            return "champion"
        return "kept" if not codes else "challenger" if codes == [NOT_BETTER] else "refused"

    def dumps(self) -> str:
        """What was found, as JSON; the target and the model have files of their own."""
        return to_json({name: getattr(self, name) for name in FOUND}, indent=1).decode()

    @classmethod
    def loads(cls, text: str, target: Target) -> Self:
        """The report that :meth:`dumps` wrote."""
        types, found = get_type_hints(cls), from_json(text)
        return cls(target, **{name: TypeAdapter(types[name]).validate_python(found[name]) for name in FOUND})


FOUND: Final = (
    "as_of", "rows", "customers", "origins", "found", "tested", "metrics", "baseline", "baseline_metrics", "race",
    "folds", "learners", "level", "verdict", "proxies",
)  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """A model's figures against what came true after ``as_of``, and those of the best of the rules.

    ``left_out`` counts the rows whose outcome is not known by the end of the data: no figure speaks of them.
    """

    target: Target
    as_of: int
    rows: int
    metrics: Mapping[str, float]
    baseline: str | None
    baseline_metrics: Mapping[str, float]
    left_out: int = 0
