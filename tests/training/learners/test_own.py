from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from threading import Lock

import cloudpickle
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

from features.arrays import Floats
from features.errors import StamkundError
from tests.training.registry.models import MODEL
from training.learners.blend import Blend
from training.learners.model import Model
from training.learners.own import Own, own_learner
from training.targets import ScoreKind

X = np.random.default_rng(4).normal(size=(300, 2))
Y = (X[:, 0] + X[:, 1] > 0).astype(np.float64)


def own(estimator: object, x: Floats, y: Floats, kind: ScoreKind = "probability") -> Own:
    fitted = own_learner(estimator, kind).fit(x, y, kind)
    assert isinstance(fitted, Own)
    return fitted


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
    assert loaded.reasons(X) == model.reasons(X)
    alone = [[(each.code, each.contribution) for each in loaded.reasons(X[i : i + 1])[0]] for i in range(5)]
    for one, among in zip(alone, loaded.reasons(X[:5]), strict=True):
        assert dict(one) == pytest.approx({each.code: each.contribution for each in among}, abs=1e-9)


def test_what_a_feature_adds_to_an_additive_estimator_is_its_weight_times_the_deviation_from_usual() -> None:
    fitted = own(LogisticRegression(), X, Y)
    weights = fitted.estimator.coef_[0]
    assert fitted.contributions(X[:9]) == pytest.approx(weights * (X[:9] - np.median(X, axis=0)), abs=1e-9)
    assert fitted.importance().sum() == pytest.approx(1)


def test_what_a_feature_adds_to_any_estimator_is_the_change_if_it_alone_had_its_usual_value() -> None:
    """Whoever stands on the side of the median adds nothing; the others differ by the log-odds from 0.1 to 0.9."""
    fitted = own(Halves(), X, Y)
    middle, usual = X[:, 0].mean(), np.median(X[:, 0])
    sides = (X[:, 0] > middle).astype(float) - float(usual > middle)
    assert fitted.contributions(X)[:, 0] == pytest.approx(sides * 2 * np.log(9))
    assert not fitted.contributions(X)[:, 1].any()
    assert fitted.importance().tolist() == [1.0, 0.0]


def test_only_the_features_that_matter_most_are_asked_about() -> None:
    wide = np.random.default_rng(5).normal(size=(200, 30))
    fitted = own(LinearRegression(), wide, np.exp(wide @ np.arange(30) / 200), "amount")
    told = np.flatnonzero(fitted.contributions(wide[:4]).any(axis=0))
    assert len(told) == 20
    assert set(told) == set(np.argsort(fitted.importance())[-20:])


def test_an_undefined_value_is_held_against_the_usual_one() -> None:
    holes = np.where(X > 1, np.nan, X)
    piped = make_pipeline(SimpleImputer(strategy="constant", fill_value=9.0), LogisticRegression())
    fitted = own(piped, holes, Y)
    row = np.array([[np.nan, 0.0]])
    added = fitted.estimator[-1].coef_[0, 0] * (9.0 - np.nanmedian(holes[:, 0]))
    assert fitted.contributions(row)[0, 0] == pytest.approx(added)


def test_one_of_an_earlier_release_scores_on_and_tells_no_reasons() -> None:
    fitted = own(Halves(), X, Y)
    older = Own.read(base64.b64encode(cloudpickle.dumps((fitted.estimator, "probability"))).decode())
    assert older.raw(X).tolist() == fitted.raw(X).tolist()
    assert not older.contributions(X).any()


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
