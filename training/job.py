"""A job: all that one target's model is made from, and the fingerprint that tells it from any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from features.config.settings import Settings
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from training.learners.scorer import Learner
from training.registry.fingerprint import code_version, fingerprint
from training.targets import Target, card_of
from training.walk.dataset import Dataset


@dataclass(frozen=True)
class Job:
    """What one target is trained from: its dataset, on a history that begins at ``first``.

    ``used_at`` is when the data were read, in real time (µs): whoever had withdrawn by then is not among them.
    """

    settings: Settings
    lake: Lake
    feature_set: FeatureSet
    target: Target
    dataset: Dataset
    first: int
    as_of: int
    used_at: int
    learners: Sequence[Learner]

    @cached_property
    def base(self) -> Dataset:
        """The customers whom the model would score at ``as_of``."""
        rows = self.dataset.where(self.dataset.as_of == self.as_of)
        return rows if len(rows) else self.dataset

    @cached_property
    def dataset_fingerprint(self) -> str:
        """What tells of the rows, whatever lake and consent they come from."""
        return fingerprint({"dataset": self.dataset})

    @cached_property
    def fingerprint(self) -> str:
        """What tells that a model was made from just this; the dataset says what the lake and consent gave."""
        consent = self.settings.consent
        parts: dict[str, object] = {
            "dataset": self.dataset_fingerprint,
            "target": card_of(self.target),
            "gate": self.settings.gate.model_dump(),
            "training": self.settings.training.model_dump(),
            "features": self.feature_set.hash,
            "sensitive": sorted(self.settings.privacy.sensitive),
            "consent": consent.fingerprint if consent else None,
            "moments": (self.first, self.as_of),
            "learners": [(learner.name, learner.mark) for learner in self.learners],
            "code": code_version(),
        }
        return fingerprint(parts)
