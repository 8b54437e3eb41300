"""A learner of one's own: any estimator in the manner of scikit-learn, behind the same gate, registry and service."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import packages_distributions, version
from typing import Any, ClassVar, Final, Self, cast

import numpy as np
from scipy.special import logit

from features.arrays import Floats
from features.errors import StamkundError
from training.learners.scorer import Learner
from training.learners.what_if import changes, usual_values
from training.targets.frame.target import ScoreKind

OWN: Final = "own"
WATCHED: Final = 20  # features that reasons are looked for among
SEEN: Final = 100  # rows that tell how much each feature matters
LEAST: Final = 1e-6  # amounts below it count as it, so that they have logarithms; chances are as far from 0 and 1


@dataclass(frozen=True)
class Own:
    """A fitted estimator; with ``predict_proba`` for probabilities, else with ``predict``.

    What a feature adds is the change of the score if that feature alone had its ``usual`` value, asked of the features
    that matter most: ``sizes`` holds the mean change by each. Older ones have neither, and tell no reasons.
    """

    suffix: ClassVar[str] = "pickle"

    estimator: Any
    score_kind: ScoreKind
    usual: tuple[float, ...] = ()
    sizes: tuple[float, ...] = ()

    @classmethod
    def of(cls, estimator: object, score_kind: ScoreKind, x: Floats) -> Self:
        """An estimator that was fitted to these rows."""
        fitted, usual, some = cls(estimator, score_kind), usual_values(x), x[:: max(1, len(x) // SEEN)]
        sizes = np.abs(changes(fitted.raw, some, usual, range(x.shape[1]))).mean(axis=0)
        return cls(estimator, score_kind, tuple(usual.tolist()), tuple(sizes.tolist()))

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        """Log-odds of probabilities, logs of amounts."""
        if self.score_kind == "amount":
            return np.log(np.maximum(np.asarray(self.estimator.predict(x), dtype=np.float64), LEAST))
        if hasattr(self.estimator, "predict_proba"):
            said = np.asarray(self.estimator.predict_proba(x), dtype=np.float64)[:, -1]
        else:
            said = np.asarray(self.estimator.predict(x), dtype=np.float64)
        return np.asarray(logit(np.clip(said, LEAST, 1 - LEAST)), dtype=np.float64)

    def contributions(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        """What the features that matter most add; 0 of all others."""
        return changes(self.raw, x, np.array(self.usual), self._watched)

    def importance(self) -> Floats:
        """The mean change by each feature, as shares."""
        sizes = np.array(self.sizes)
        return np.asarray(sizes / (sizes.sum() or 1.0), dtype=np.float64)

    @cached_property
    def _watched(self) -> Sequence[int]:
        order = np.argsort(-np.array(self.sizes), kind="stable")[:WATCHED]
        return [int(place) for place in order if self.sizes[place] > 0]

    @cached_property
    def requirements(self) -> tuple[str, ...]:
        """The packages that its parts come from, with their versions."""
        parts = [part for _, part in self.estimator.steps] if hasattr(self.estimator, "steps") else [self.estimator]
        modules = {type(part).__module__.partition(".")[0] for part in parts}
        packages = {package for module in modules for package in packages_distributions().get(module, ())}
        return tuple(f"{package}=={version(package)}" for package in sorted(packages))

    def text(self) -> str:
        """Its pickle, as text; code that was written in a notebook is in it."""
        return base64.b64encode(_pickled((self.estimator, self.score_kind, self.usual, self.sizes))).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """What :meth:`text` wrote."""
        import cloudpickle  # noqa: PLC0415 - only who has an estimator of their own needs it

        return cls(*cloudpickle.loads(base64.b64decode(text)))


def own_learner(estimator: object, score_kind: ScoreKind) -> Learner:
    """The learner of an estimator, which is copied for each fit.

    Raises :class:`StamkundError` ``not_an_estimator`` for what cannot be fitted or says no scores.

    >>> from sklearn.linear_model import LinearRegression
    >>> learner = own_learner(LinearRegression(), "amount")
    >>> fitted = learner.fit(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 2.0, 3.0]), "amount")
    >>> np.exp(fitted.raw(np.array([[4.0]]))).round(3).tolist()
    [5.0]
    >>> own_learner(LinearRegression, "amount")
    Traceback (most recent call last):
    features.errors.StamkundError: LinearRegression is a class. Give an instance: LinearRegression().
    """
    name = estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__
    if isinstance(estimator, type):
        raise StamkundError("not_an_estimator", f"{name} is a class. Give an instance: {name}().", field="estimator")
    ways = ("predict",) if score_kind == "amount" else ("predict_proba", "predict")
    if not hasattr(estimator, "fit") or not any(hasattr(estimator, way) for way in ways):
        text = f"{name} has no `fit` with {' or '.join(f'`{way}`' for way in ways)}: give an estimator that has them."
        raise StamkundError("not_an_estimator", text, field="estimator")

    def fit(x: Floats, y: Floats, kind: ScoreKind) -> Own:
        copied = cast("Any", deepcopy(estimator))
        try:
            copied.fit(x, y)
            fitted = Own(copied, kind)
            scores = fitted.raw(x[:1])
        except Exception as error:
            text = (
                f"{name} could not be fitted: {error} Features are NaN where they are undefined: if that is it, put "
                "an imputer before it: make_pipeline(SimpleImputer(keep_empty_features=True), …)."
            )
            raise StamkundError("estimator_failed", text, field="estimator") from error
        if scores.shape != (1,):
            text = f"{name} gave an answer of the shape {scores.shape} for one row; one figure a row is needed."
            raise StamkundError("estimator_failed", text, field="estimator")
        return Own.of(copied, kind, x)

    return Learner(OWN, fit, aligned=False, mark=_mark(estimator))


def _mark(estimator: object) -> str:
    """What tells an estimator from another: the hash of its pickle."""
    return hashlib.sha256(_pickled(estimator)).hexdigest()[:16]


def _pickled(content: object) -> bytes:
    import cloudpickle  # noqa: PLC0415 - as above

    try:
        return bytes(cloudpickle.dumps(content))
    except Exception as error:
        text = f"The estimator cannot be kept: {error} Leave out what holds files, connections or locks."
        raise StamkundError("estimator_not_kept", text, field="estimator") from error
