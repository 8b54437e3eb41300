from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.language.declare import declare
from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.sentences.figures import Money
from features.units import DAY
from serving.http.answers.profiles import answer_profile
from serving.http.answers.requests import ScoresRequest
from serving.http.answers.scores import answer_scores
from serving.http.current import state as state_module
from serving.http.current.state import CurrentState, load_state, open_state
from serving.scoring import champions as module
from serving.scoring.batches.batch import scores
from serving.scoring.champions import carry, load_lineup, save_lineup
from serving.scoring.lineup import Lineup
from serving.scoring.orders import OrderColumns
from serving.scoring.rows import columns
from tests.serving.models import with_hash
from tests.serving.shop import open_shop
from training.btyd import BetaGeometric, GammaGamma
from training.learners.model import Model
from training.orders import OrdersModel


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Lineup]:
    return open_shop(tmp_path_factory.mktemp("lineup"))


class Registry:
    """Champions as the test says."""

    def __init__(self, models: dict[str, Model]) -> None:
        self.models = models
        self.sets: dict[str, FeatureSet] = {}

    def champions(self, _: Settings) -> dict[str, Model]:
        return self.models

    def fingerprint(self, _: Settings) -> object:
        return {name: model.feature_set_hash for name, model in self.models.items()}

    def features_of(self, _: Settings, model: Model) -> FeatureSet:
        if model.feature_set_hash not in self.sets:
            raise StamkundError("old_feature_set", "An earlier release wrote it.")
        return self.sets[model.feature_set_hash]

    def forget(self, *names: str) -> None:
        """As after a refit: these champions read other features, which this release cannot read."""
        self.models = {name: with_hash(m, "other") if name in names else m for name, m in self.models.items()}


@pytest.fixture
def registry(shop: tuple[Settings, Lineup], monkeypatch: pytest.MonkeyPatch) -> Registry:
    registry = Registry(dict(shop[1].models))
    monkeypatch.setattr(module, "champions", registry.champions)
    monkeypatch.setattr(columns, "features_of", registry.features_of)
    monkeypatch.setattr(state_module, "champion_versions", registry.fingerprint)
    return registry


def test_a_champion_on_other_features_is_left_out_and_told(
    shop: tuple[Settings, Lineup], registry: Registry, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    settings, _ = shop
    registry.forget("redemption")
    state = load_state(settings, folder=settings.home.parent)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "The features of model 'redemption' cannot be read: An earlier release wrote it." in caplog.text
    assert "Model 'redemption' was trained on other features" in caplog.text
    (one,) = cast("list[dict[str, Any]]", answer_scores(state, ScoresRequest(customers=["1"]))["scores"])
    assert 0 < one["churn_probability"] < 1
    assert {name: each["no_score"] for name, each in one["models"].items()} == {
        "lapse": None, "spend": None, "redemption": "feature_set_mismatch",
    }  # fmt: skip
    assert one["propensities"] == {}
    assert list(carry(settings, tmp_path)) == ["lapse", "spend"]
    state.store.dispose()


@pytest.fixture
def refit(shop: tuple[Settings, Lineup], registry: Registry) -> Iterator[tuple[Settings, FeatureSet]]:
    """As after ``build --refit``: the home has a new feature and lacks another, and its personas lie elsewhere."""
    settings, lineup = shop
    before = lineup.feature_set
    registry.sets = {before.hash: before}
    kept = [
        replace(f, cuts=(1.0,)) if f.name in {"orders_28d", "orders_90d", "spend_90d"} else f for f in before.features
    ]
    fewer = tuple(f for f in kept if f.name != "spend_28d")
    dear = declare("dear", take="count", kind="order", where={"value": {"above": 10}}, windows=["all"])
    now = FeatureSet(fewer, fitted_at=before.fitted_at + DAY).adding(dear)
    now.save(settings.feature_set)
    yield settings, now
    before.save(settings.feature_set)


def test_champions_answer_from_their_own_features_until_new_ones_stand(
    shop: tuple[Settings, Lineup], refit: tuple[Settings, FeatureSet], tmp_path: Path
) -> None:
    settings, now = refit
    as_of = settings.now()
    money = Money(settings.currency, settings.minor_units)
    lineup = Lineup.of(shop[1].feature_set, shop[1].models, money=money)
    told = scores(settings, as_of=as_of, lineup=lineup)
    state = load_state(settings, folder=settings.home.parent)
    assert state.lineup is not None
    assert (list(state.lineup.models), state.lineup.left_out) == (["lapse", "spend", "redemption"], ())
    models = [name for name in told.columns if name.startswith(("lapse", "spend", "redemption", "churn", "propens"))]
    assert len(models) > 5
    assert scores(settings, as_of=as_of, lineup=state.lineup).select(models).equals(told.select(models))
    carried = settings.model_copy(update={"serving": settings.serving.model_copy(update={"models": "carried"})})
    carry(settings, tmp_path)
    assert (
        scores(carried, as_of=as_of, lineup=load_lineup(carried, folder=tmp_path))
        .select(models)
        .equals(told.select(models))
    )
    ids = ["1", "2", "3"]
    over_http = answer_scores(state, ScoresRequest(customers=ids))["scores"]
    state.store.dispose()
    before = load_state(settings, folder=settings.home.parent)
    object.__setattr__(before, "lineup", lineup)
    assert over_http == answer_scores(before, ScoresRequest(customers=ids))["scores"]
    shown = answer_profile(state, "user_id:1", as_of=None)["features"]
    assert list(cast("dict[str, Any]", shown)) == list(now.names)
    before.store.dispose()


def test_no_champion_reads_what_became_sensitive_after_its_training(
    shop: tuple[Settings, Lineup], refit: tuple[Settings, FeatureSet], registry: Registry
) -> None:
    settings, now = refit
    attributes = [f.attribute.name for f in shop[1].feature_set.features if f.attribute is not None]
    assert attributes
    privacy = settings.privacy.model_copy(update={"sensitive": attributes[:1]})
    registry.models = {**registry.models, "lapse": with_hash(registry.models["lapse"], now.hash)}
    lineup = load_lineup(settings.model_copy(update={"privacy": privacy}), folder=settings.home.parent)
    assert lineup is not None
    assert (list(lineup.models), lineup.left_out) == (["lapse"], ("spend", "redemption"))


def test_when_no_champion_is_on_the_features_at_hand_that_is_an_error(
    shop: tuple[Settings, Lineup], registry: Registry
) -> None:
    settings, _ = shop
    registry.forget("lapse", "spend", "redemption")
    with pytest.raises(StamkundError, match="stamkund train") as refused:
        load_lineup(settings, folder=settings.home.parent)
    assert refused.value.code == "feature_set_mismatch"
    current = open_state(settings.home.parent / "stamkund.yaml")  # the service starts, and says that it has no model
    assert current.state.lineup is None
    current.close()


def test_a_corrupt_feature_set_is_told_of_the_company_and_of_what_a_service_carries(
    shop: tuple[Settings, Lineup], registry: Registry, tmp_path: Path
) -> None:
    settings, lineup = shop
    assert list(registry.models) == ["lapse", "spend", "redemption"]
    elsewhere = settings.model_copy(update={"home": tmp_path})
    carried = settings.model_copy(update={"serving": settings.serving.model_copy(update={"models": "carried"})})
    save_lineup(lineup, tmp_path / "champions")
    for each, file in ((elsewhere, tmp_path / "features.json"), (carried, tmp_path / "champions" / "features.json")):
        file.write_text(lineup.feature_set.dumps()[:-1])
        with pytest.raises(StamkundError, match=f"The feature set {file} is corrupt: It is not JSON") as refused:
            load_lineup(each, folder=tmp_path)
        assert refused.value.code == "feature_set_corrupt"


def test_a_service_that_runs_keeps_its_models_until_the_new_ones_can_answer(
    shop: tuple[Settings, Lineup], registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    settings, lineup = shop
    reload = partial(load_state, settings, folder=settings.home.parent)
    first = reload()
    current = CurrentState(first, reload, lambda: registry.fingerprint(settings))
    registry.forget("lapse", "spend", "redemption")
    assert not current.renew()
    assert not current.renew()
    assert current.state is first
    assert caplog.text.count("feature_set_mismatch") == 1  # told once, not at every look
    registry.models = {"lapse": replace(lineup.models["lapse"], version=2)}
    assert current.renew()
    assert current.state.lineup is not None
    assert current.state.lineup.versions == {"lapse": "2"}
    current.close()


def test_features_that_do_not_say_whom_a_model_scores_are_refused_and_not_taken_as_everyone(
    shop: tuple[Settings, Lineup],
) -> None:
    _, lineup = shop
    known = FeatureSet(tuple(f for f in lineup.feature_set.features if f.name != "days_since_last_order"), fitted_at=0)
    with pytest.raises(StamkundError, match="no feature counts the days since the last one") as refused:
        Lineup.of(known, {"lapse": with_hash(lineup.models["lapse"], known.hash)})
    assert (refused.value.code, refused.value.field) == ("feature_missing", "lapse")


def test_a_company_without_orders_has_no_figures_of_orders(shop: tuple[Settings, Lineup]) -> None:
    _, lineup = shop
    known = FeatureSet(default_features(Vocabulary(("visit",), (), ())), fitted_at=0)
    nobody = np.empty((0, len(lineup.feature_set.names)))
    columns, rows = OrderColumns.of(known), np.zeros((2, len(known.names)))
    figures = columns.figures(rows)
    assert set(figures) == set(lineup.order_columns.figures(nobody))
    ahead = columns.ahead(rows, OrdersModel(0, 0, 80, 1.0, BetaGeometric(1.2, 12.0, 0.9, 2.5), None), horizon=84 * DAY)
    assert all(np.isnan(column).all() for column in (*figures.values(), ahead.number, ahead.value))
    assert [ahead.next_order.answer(place, as_of=0)["median"] for place in (0, 1)] == [None, None]


def test_the_model_of_orders_is_carried_and_tells_no_value_where_a_champion_does(
    shop: tuple[Settings, Lineup], registry: Registry, tmp_path: Path
) -> None:
    settings, lineup = shop
    orders = OrdersModel(7, 8, 80, 1.1, BetaGeometric(1.2, 12.0, 0.9, 2.5, 2), GammaGamma(6.0, 4.0, 15.0))
    look = state_module.fingerprint(settings)
    before = look()
    orders.save(settings.orders)
    assert look() != before  # so that a running service takes it up
    carried = settings.model_copy(update={"serving": settings.serving.model_copy(update={"models": "carried"})})
    try:
        carry(settings, tmp_path)
        lapse = {"lapse": lineup.models["lapse"]}
        for each in (settings, carried):
            loaded = load_lineup(each, folder=tmp_path)
            assert loaded is not None
            assert loaded.orders == replace(orders, value=None)
        assert Lineup.of(lineup.feature_set, lapse, orders).orders == orders
        save_lineup(Lineup.of(lineup.feature_set, lapse, orders), tmp_path / "champions")
        without_spend = load_lineup(carried, folder=tmp_path)
        assert without_spend is not None
        assert without_spend.orders == orders
        assert list(registry.models) == ["lapse", "spend", "redemption"]
    finally:
        settings.orders.unlink()


def test_each_headline_figure_comes_from_the_first_model_that_fills_it(shop: tuple[Settings, Lineup]) -> None:
    _, lineup = shop
    figures = ("churn_probability", "predicted_clv", "propensities")
    assert [model.name for name in figures if (model := lineup.headline_model(name))] == [
        "lapse",
        "spend",
        "redemption",
    ]
    second = replace(lineup.models["lapse"], name="second")
    both = Lineup.of(lineup.feature_set, {"lapse": lineup.models["lapse"], "second": second})
    assert both.headline_model("churn_probability") is lineup.models["lapse"]
    assert both.headline_model("predicted_clv") is None
