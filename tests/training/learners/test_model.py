from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from features.errors import StamkundError
from features.units import DAY
from training.learners.calibration import Platt
from training.learners.model import Model, quantiles
from training.learners.trees import fit_trees
from training.targets.lapse import Lapse
from training.targets.spend import Spend

ROWS, NAMES = 600, ("a", "b", "c")
X = np.random.default_rng(2).normal(size=(ROWS, 3))
X[::7, 2] = np.nan


def model_of(type_: type[Lapse | Spend]) -> Model:
    target = type_("test", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
    y = (X[:, 0] > 0).astype(np.float64) if target.score_kind == "probability" else np.maximum(X[:, 0], 0.0) * 40
    model = Model("test", 4, target, fit_trees(X, y, target.score_kind), Platt(1.2, -0.1), NAMES, "cafe", (), 123)
    return Model(**{**model.__dict__, "percentiles": quantiles(model.predict(X))})


@pytest.fixture(scope="module", params=[Lapse, Spend])
def model(request: pytest.FixtureRequest) -> Model:
    return model_of(request.param)


def test_a_row_alone_scores_as_in_any_batch(model: Model) -> None:
    batch = model.predict(X, num_threads=2)
    assert [model.predict(X[i : i + 1])[0] for i in range(ROWS)] == batch.tolist()
    assert repr([model.reasons(X[i : i + 1])[0] for i in range(40)]) == repr(model.reasons(X[:40]))  # NaN too


def test_saved_and_loaded_it_is_the_same(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    loaded = Model.load(tmp_path)
    assert loaded.predict(X).tolist() == model.predict(X).tolist()
    assert repr(loaded.reasons(X[:20])) == repr(model.reasons(X[:20]))
    fields = ("name", "version", "target", "calibration", "feature_names", "feature_set_hash", "percentiles", "as_of")
    assert [getattr(loaded, f) for f in fields] == [getattr(model, f) for f in fields]


def test_its_files_are_text(model: Model, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "trees.txt"]
    assert json.loads((tmp_path / "model.json").read_text())["target"]["event"] == "order"
    assert (tmp_path / "trees.txt").read_text().startswith("tree\n")


def test_reasons_add_up_to_the_log_odds() -> None:
    model = model_of(Lapse)
    last = np.asarray(model.booster.predict(X[:1], pred_contrib=True), dtype=np.float64)[0, -1]
    base = last * model.calibration.slope + model.calibration.intercept
    parts = sum(reason.contribution for reason in model.reasons(X[:1], top=3)[0])
    assert 1 / (1 + np.exp(-(base + parts))) == pytest.approx(model.predict(X[:1])[0], abs=1e-12)


def test_reasons_are_the_largest_first_and_carry_values(model: Model) -> None:
    first = model.reasons(X[:1], top=2)[0]
    assert first[0].code == "a"
    assert first[0].value == X[0, 0]
    assert abs(first[0].contribution) >= abs(first[1].contribution)


def test_percentiles_run_from_1_to_100(model: Model) -> None:
    scores = model.predict(X)
    places = model.percentile(np.array([-1e9, scores.min(), np.median(scores), scores.max(), 1e9]))
    assert places[0] == 1
    assert 45 <= places[2] <= 55 or model.score_kind == "amount"  # half of the amounts are nearly equal
    assert places[3] == places[4] == 100


def test_amounts_are_never_negative() -> None:
    assert (model_of(Spend).predict(X) >= 0).all()


def test_a_card_of_an_older_version_is_read(model: Model, tmp_path: Path) -> None:
    """Cards used to hold every key of every type of target."""
    model.save(tmp_path)
    card = json.loads((tmp_path / "model.json").read_text())
    card["target"] |= {"response": None}
    (tmp_path / "model.json").write_text(json.dumps(card))
    assert Model.load(tmp_path).target == model.target
    card["target"] |= {"type": "horoscope"}
    (tmp_path / "model.json").write_text(json.dumps(card))
    with pytest.raises(StamkundError, match="Train it again") as refused:
        Model.load(tmp_path)
    assert refused.value.code == "unknown_target_type"
