from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

from features.errors import StamkundError
from tests.training.registry.models import MODEL
from training.learners.blend import Blend
from training.learners.model import Model
from training.learners.own import own_learner
from training.targets import ScoreKind

X = np.random.default_rng(4).normal(size=(300, 2))
Y = (X[:, 0] + X[:, 1] > 0).astype(np.float64)


class Halves:
    """Written here, so that no service could import it; it says who is above the mean of what it learnt."""

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:  # noqa: ARG002
        self.middle = x[:, 0].mean()

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.where(x[:, 0] > self.middle, 0.9, 0.1)


@pytest.mark.parametrize("estimator", [HistGradientBoostingClassifier(max_iter=20), LogisticRegression(), Halves()])
def test_an_own_estimator_is_kept_and_scores_the_same_a_row_alone_and_in_a_batch(
    estimator: object, tmp_path: Path
) -> None:
    scorer = Blend({"own": own_learner(estimator, "probability").fit(X, Y, "probability")})
    model = replace(MODEL, scorer=scorer)
    model.save(tmp_path / "m")
    loaded = Model.load(tmp_path / "m")
    scores = loaded.predict(X)
    assert scores.tolist() == model.predict(X).tolist()
    assert scores[:5] == pytest.approx([loaded.predict(X[i : i + 1])[0] for i in range(5)], abs=1e-12)
    assert scores[Y == 1].mean() > scores[Y == 0].mean() + 0.3
    assert loaded.reasons(X[:3]) == [[], [], []]  # nothing tells what each feature added


def test_probabilities_are_those_of_the_estimator_and_certainty_is_not_infinite() -> None:
    class Certain:
        def fit(self, x: np.ndarray, y: np.ndarray) -> None: ...

        def predict_proba(self, x: np.ndarray) -> np.ndarray:
            return np.tile([0.0, 1.0], (len(x), 1)) if len(x) > 1 else np.array([[0.75, 0.25]])

    fitted = own_learner(Certain(), "probability").fit(X, Y, "probability")
    assert fitted.raw(X[:1]).tolist() == pytest.approx([np.log(1 / 3)])
    assert np.isfinite(fitted.raw(X)).all()


def test_the_estimator_itself_is_left_as_it_was() -> None:
    estimator = LogisticRegression()
    own_learner(estimator, "probability").fit(X, Y, "probability")
    assert not hasattr(estimator, "coef_")


def test_one_estimator_is_told_from_another() -> None:
    marks = [own_learner(LogisticRegression(C=c), "probability").mark for c in (1.0, 1.0, 2.0)]
    assert marks[0] == marks[1] != marks[2]


@pytest.mark.parametrize(
    ("estimator", "kind", "code", "part"),
    [
        (LinearRegression, "amount", "not_an_estimator", "is a class"),
        (object(), "probability", "not_an_estimator", "no `fit` with `predict_proba` or `predict`"),
        (SimpleImputer(), "amount", "not_an_estimator", "no `fit` with `predict`"),
    ],
)
def test_what_is_no_estimator_is_refused(estimator: object, kind: ScoreKind, code: str, part: str) -> None:
    with pytest.raises(StamkundError, match=part) as refused:
        own_learner(estimator, kind)
    assert refused.value.code == code


def test_a_fit_that_fails_says_what_to_do_about_undefined_features() -> None:
    holes = np.where(X > 1, np.nan, X)
    with pytest.raises(StamkundError, match="put an imputer before it") as refused:
        own_learner(LogisticRegression(), "probability").fit(holes, Y, "probability")
    assert refused.value.code == "estimator_failed"
    piped = make_pipeline(SimpleImputer(), LogisticRegression())
    scorer = own_learner(piped, "probability").fit(holes, Y, "probability")
    assert scorer.importance().tolist() == pytest.approx([0.5, 0.5], abs=0.1)


def test_what_cannot_be_kept_is_refused_at_once() -> None:
    estimator = LogisticRegression()
    estimator.lock = Lock()
    with pytest.raises(StamkundError, match="cannot be kept") as refused:
        own_learner(estimator, "probability")
    assert refused.value.code == "estimator_not_kept"
