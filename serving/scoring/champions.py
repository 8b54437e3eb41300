"""The champions, loaded from the registry or from the folder of a service that carries them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from features.config.settings import Settings
from features.errors import StamkundError
from features.files import atomic_folder
from features.profiles.fitted.feature_set import FeatureSet
from features.sentences.figures import Money
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import NO_MODEL
from serving.scoring.rows.columns import earlier_features
from training.learners.model import Model
from training.orders import OrdersModel
from training.registry.versions import champions
from training.targets import required_targets, targets_of

CARRIED: Final = "champions"
FEATURES: Final = "features.json"
EARLIER: Final = "earlier-features"
ORDERS: Final = "orders.json"


def load_lineup(settings: Settings, *, folder: Path) -> Lineup | None:
    """The registry's champions, or (``serving.models: carried``) those in ``folder/champions``.

    Without any the features of the last build answer alone; None where there are none either.
    """
    return _carried(settings, folder / CARRIED) if settings.serving.models == "carried" else _registered(settings)


def no_model(settings: Settings) -> StamkundError:
    """The error that no model answers; where no target is declared, that comes first."""
    try:
        required_targets(settings)
    except StamkundError as error:
        return error
    return StamkundError(f"{NO_MODEL}.champion", field="models")


def nothing_built() -> StamkundError:
    """The error that there are neither models nor features to answer from."""
    return StamkundError(NO_MODEL, field="models")


def carry(settings: Settings, folder: Path) -> dict[str, str]:
    """Write the registry's champions and their feature set to ``folder/champions``; returns their versions."""
    lineup = _registered(settings)
    if lineup is None or not lineup.models:
        raise no_model(settings)
    save_lineup(lineup, folder / CARRIED)
    return lineup.versions


def save_lineup(lineup: Lineup, folder: Path) -> None:
    """Write models and feature set as plain files, in place of what the folder held."""
    with atomic_folder(folder) as draft:
        lineup.feature_set.save(draft / FEATURES)
        if lineup.orders is not None:
            lineup.orders.save(draft / ORDERS)
        for place, (name, model) in enumerate(lineup.models.items()):
            model.save(draft / f"{place:02d}-{name}")
        for hash_, feature_set in lineup.columns.earlier.items():
            (draft / EARLIER).mkdir(exist_ok=True)
            feature_set.save(draft / EARLIER / f"{hash_}.json")


def _registered(settings: Settings) -> Lineup | None:
    models = champions(settings)
    if not models and not settings.feature_set.is_file():
        return None
    feature_set, orders = FeatureSet.load(settings.feature_set), OrdersModel.load(settings.orders)
    others = {model.feature_set_hash: model for model in models.values() if model.feature_set_hash != feature_set.hash}
    earlier = {hash_: known for hash_, model in others.items() if (known := earlier_features(settings, model))}
    return _lineup(settings, feature_set, _in_declared_order(models, settings), orders, earlier)


def _carried(settings: Settings, home: Path) -> Lineup | None:
    folders = sorted(path for path in home.glob("*") if path.is_dir() and path.name != EARLIER)
    if not folders and not (home / FEATURES).is_file():
        return None
    models = [Model.load(folder) for folder in folders]
    named = {model.name: model for model in models}
    earlier = {path.stem: FeatureSet.load(path) for path in sorted((home / EARLIER).glob("*.json"))}
    return _lineup(settings, FeatureSet.load(home / FEATURES), named, OrdersModel.load(home / ORDERS), earlier)


def _lineup(
    settings: Settings,
    feature_set: FeatureSet,
    models: Mapping[str, Model],
    orders: OrdersModel | None,
    earlier: Mapping[str, FeatureSet],
) -> Lineup:
    return Lineup.of(
        feature_set,
        models,
        orders,
        money=Money(settings.currency, settings.minor_units),
        earlier=earlier,
        declared=targets_of(settings),
        discount=settings.clv.discount,
        language=settings.language,
    )


def _in_declared_order(models: Mapping[str, Model], settings: Settings) -> dict[str, Model]:
    declared = [name for name in settings.targets if name in models]
    return {name: models[name] for name in [*declared, *sorted(set(models) - set(declared))]}
