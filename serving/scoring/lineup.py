"""The models that answer together: one champion a target and the features they read, one consistent set."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from features.errors import StamkundError
from features.profiles.feature_set import FeatureSet
from features.sentences.figures import Money
from features.sentences.phrasebook import Phrasebook
from serving.scoring.columns import Columns
from serving.scoring.orders import OrderColumns
from training.learners.model import Model
from training.orders import OrdersModel
from training.targets import CUSTOMER_HEADLINES, Population, Target

log = logging.getLogger("stamkund.serving")


@dataclass(frozen=True)
class Lineup:
    """The champions by name, in the order of the settings' targets, with the company's features and whom each scores.

    A champion that was trained before the features changed reads its own until a new one stands: ``columns`` are the
    company's features and behind them those that only such champions read.
    ``phrasebooks`` hold the words for each model's reasons.
    ``orders`` tells of orders to come where no champion does; of their value only without a champion for it.
    ``left_out`` names the champions whose features are not at hand.
    """

    feature_set: FeatureSet
    models: Mapping[str, Model]
    populations: Mapping[str, Population]
    phrasebooks: Mapping[str, Phrasebook]
    order_columns: OrderColumns
    columns: Columns
    orders: OrdersModel | None = None
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        feature_set: FeatureSet,
        models: Mapping[str, Model],
        orders: OrdersModel | None = None,
        *,
        money: Money | None = None,
        earlier: Mapping[str, FeatureSet] = MappingProxyType({}),
    ) -> Lineup:
        """The models trained on these features or on ``earlier`` ones, by their hash.

        Each of the others is left out with a warning, but not all of them. Reasons tell amounts in ``money``.
        """
        columns = Columns.of(feature_set, earlier)
        usable = {name: model for name, model in models.items() if model.feature_set_hash in columns.names}
        if models and not usable:
            text = f"No champion was trained on the features at hand ({', '.join(models)}). Run `stamkund train`."
            raise StamkundError("feature_set_mismatch", text, field="models")
        left_out = tuple(name for name in models if name not in usable)
        for name in left_out:
            log.warning("Model '%s' was trained on other features and does not answer. Run `stamkund train`.", name)
        old = [name for name, model in usable.items() if model.feature_set_hash != feature_set.hash]
        if old:
            text = "The features have changed; these models answer from those they were trained on: %s. Train again."
            log.warning(text, ", ".join(old))
        sets = {feature_set.hash: feature_set, **earlier}
        populations = {name: model.target.population(columns.feature_set) for name, model in usable.items()}
        phrasebooks = {
            name: Phrasebook.of(sets[model.feature_set_hash].features, model.feature_names, money=money)
            for name, model in usable.items()
        }
        of_orders = OrderColumns.of(feature_set)
        lineup = cls(feature_set, usable, populations, phrasebooks, of_orders, columns, orders, left_out)
        told = orders is not None and lineup.headline_model("predicted_clv") is not None
        return replace(lineup, orders=replace(orders, value=None)) if orders is not None and told else lineup

    def headline_model(self, name: str) -> Model | None:
        """The first model that fills this figure of an answer, such as ``churn_probability``.

        All amounts of an answer are of one horizon.
        """
        return next((model for model in self._headline_models() if model.target.headline == name), None)

    @cached_property
    def horizon_us(self) -> int | None:
        """How far ahead the amounts of an answer look: as far as the first model of one does, of spend before others.

        None without any.
        """
        amounts = [
            model.target for model in self.models.values() if model.score_kind == "amount" and model.target.headline
        ]
        return next((target.horizon_us for target in sorted(amounts, key=_amount_order)), None)

    def _headline_models(self) -> Iterator[Model]:
        for model in self.models.values():
            if model.score_kind != "amount" or model.target.horizon_us == self.horizon_us:
                yield model

    @cached_property
    def versions(self) -> dict[str, str]:
        """Each model's version."""
        return {name: str(model.version) for name, model in self.models.items()}

    def model(self, name: str, *, field: str | None = None) -> Model:
        """The model of that name."""
        if name not in self.models:
            raise StamkundError.unknown("unknown_model", "model", name, self.models, field=field)
        return self.models[name]


def _amount_order(target: Target) -> int:
    return CUSTOMER_HEADLINES.index(target.headline)
