"""The models that answer together: one champion a target and the features they read, one consistent set."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from types import MappingProxyType

from features.errors import StamkundError
from features.profiles.fitted.feature_set import FeatureSet
from features.sentences.figures import Money
from features.sentences.phrasebook import Phrasebook
from serving.scoring.model_scores import NO_MODEL, OTHER_FEATURES
from serving.scoring.orders import OrderColumns
from serving.scoring.rows.columns import Columns
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
    ``orders`` tells of orders to come where no champion does; of their value only without a champion for it. Amounts to
    come are ``discount`` less worth a year later.
    ``left_out`` names the champions whose features are not at hand; ``unanswered`` holds the declared targets of which
    no model answers. Where none answers at all, features and orders still tell what they know.
    """

    feature_set: FeatureSet
    models: Mapping[str, Model]
    populations: Mapping[str, Population]
    phrasebooks: Mapping[str, Phrasebook]
    order_columns: OrderColumns
    columns: Columns
    orders: OrdersModel | None = None
    discount: float = 0.0
    left_out: tuple[str, ...] = ()
    unanswered: Mapping[str, Target] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        feature_set: FeatureSet,
        models: Mapping[str, Model],
        orders: OrdersModel | None = None,
        *,
        money: Money | None = None,
        earlier: Mapping[str, FeatureSet] = MappingProxyType({}),
        declared: Mapping[str, Target] = MappingProxyType({}),
        discount: float = 0.0,
        language: str = "en",
    ) -> Lineup:
        """The models of ``declared`` targets trained on these features or on ``earlier`` ones, by their hash.

        Each of the others is left out with a warning, but not all of them. Reasons tell amounts in ``money``,
        in a ``language``.
        """
        columns = Columns.of(feature_set, earlier)
        usable = {name: model for name, model in models.items() if model.feature_set_hash in columns.names}
        if models and not usable:
            raise StamkundError("feature_set_mismatch", models=list(models), field="models")
        left_out = tuple(name for name in models if name not in usable)
        for name in left_out:
            text = "Model '%s' was trained on other features and does not answer. Run `stamkund train`."
            log.warning(text, name, extra={"event": OTHER_FEATURES})
        old = [name for name, model in usable.items() if model.feature_set_hash != feature_set.hash]
        if old:
            text = "The features have changed; these models answer from those they were trained on: %s. Train again."
            log.warning(text, ", ".join(old), extra={"event": "features_changed"})
        sets = {feature_set.hash: feature_set, **earlier}
        populations = {name: model.target.population(columns.feature_set) for name, model in usable.items()}
        book = partial(Phrasebook.of, money=money, language=language)
        phrasebooks = {
            name: book(sets[model.feature_set_hash].features, model.feature_names) for name, model in usable.items()
        }
        of_orders = OrderColumns.of(feature_set)
        unanswered = {name: target for name, target in declared.items() if name not in usable}
        lineup = cls(
            feature_set, usable, populations, phrasebooks, of_orders, columns, orders, discount, left_out, unanswered
        )
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

        Without such a model, as far as the first such target; None without any.
        """
        answered = _amounts(model.target for model in self.models.values())
        amounts = answered or _amounts(self.unanswered.values())
        return amounts[0].horizon_us if amounts else None

    def _headline_models(self) -> Iterator[Model]:
        for model in self.models.values():
            if model.score_kind != "amount" or model.target.horizon_us == self.horizon_us:
                yield model

    @cached_property
    def versions(self) -> dict[str, str]:
        """Each model's version."""
        return {name: str(model.version) for name, model in self.models.items()}

    def why_silent(self, name: str) -> str:
        """Why no model answers for a declared target, as a code."""
        return OTHER_FEATURES if name in self.left_out else NO_MODEL

    def only(self, names: Sequence[str]) -> Lineup:
        """The models of some targets alone, asked for under ``models`` of a request."""
        known = {*self.models, *self.unanswered}
        for place, name in enumerate(names):
            if name not in known:
                raise StamkundError.unknown("unknown_model", "model", name, known, field=f"models[{place}]")
        models = {name: self.models[name] for name in names if name in self.models}
        return replace(self, models=models, unanswered={n: self.unanswered[n] for n in names if n in self.unanswered})


def _amounts(targets: Iterable[Target]) -> list[Target]:
    """The targets that fill an amount of an answer, the first of its amounts first."""
    amounts = [target for target in targets if target.score_kind == "amount" and target.headline]
    return sorted(amounts, key=lambda target: CUSTOMER_HEADLINES.index(target.headline))
