"""A learner of one's own: any estimator in the manner of scikit-learn, behind the same gate, registry and service."""

from __future__ import annotations

import base64
import hashlib
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
from training.targets.frame.target import ScoreKind

OWN: Final = "own"
LEAST: Final = 1e-6  # amounts below it count as it, so that they have logarithms; chances are as far from 0 and 1


@dataclass(frozen=True)
class Own:
    """A fitted estimator; with ``predict_proba`` for probabilities, else with ``predict``.

    It says nothing of what each feature added, so its scores have no reasons.
    """

    suffix: ClassVar[str] = "pickle"

    estimator: Any
    score_kind: ScoreKind

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
        """None is known."""
        return np.zeros_like(x)

    def importance(self) -> Floats:
        """Its own importances or weights as shares; all 0 where it has none."""
        inner = self.estimator[-1] if hasattr(self.estimator, "steps") else self.estimator
        found = getattr(inner, "feature_importances_", getattr(inner, "coef_", None))
        size = np.zeros(0) if found is None else np.abs(np.asarray(found, dtype=np.float64)).reshape(-1)
        width = int(getattr(self.estimator, "n_features_in_", 0))
        return size / size.sum() if len(size) == width and size.sum() > 0 else np.zeros(width)

    @cached_property
    def requirements(self) -> tuple[str, ...]:
        """The packages that its parts come from, with their versions."""
        parts = [part for _, part in self.estimator.steps] if hasattr(self.estimator, "steps") else [self.estimator]
        modules = {type(part).__module__.partition(".")[0] for part in parts}
        packages = {package for module in modules for package in packages_distributions().get(module, ())}
        return tuple(f"{package}=={version(package)}" for package in sorted(packages))

    def text(self) -> str:
        """Its pickle, as text; code that was written in a notebook is in it."""
        return base64.b64encode(_pickled((self.estimator, self.score_kind))).decode()

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
        return fitted

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
