"""The columns that champions read: the company's features, and those of champions from before the features changed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from features.config.settings import Settings
from features.errors import StamkundError
from features.profiles.fitted.feature_set import FeatureSet
from training.learners.model import Model
from training.registry.versions import features_of

log = logging.getLogger("stamkund.serving")


@dataclass(frozen=True)
class Columns:
    """``feature_set`` gives the columns: the company's features, then what ``earlier`` sets hold beside them.

    ``names`` tells by the hash of a set what its models call each column; "" is none of theirs.
    """

    feature_set: FeatureSet
    names: Mapping[str, tuple[str, ...]]
    earlier: Mapping[str, FeatureSet]

    @classmethod
    def of(cls, feature_set: FeatureSet, earlier: Mapping[str, FeatureSet]) -> Columns:
        """The columns of the company's features and of earlier sets, by their hashes.

        >>> from features.language.defaults import Vocabulary, default_features
        >>> whole = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
        >>> fewer = FeatureSet(whole.features[1:], fitted_at=0)
        >>> columns = Columns.of(fewer, {whole.hash: whole})
        >>> columns.names[fewer.hash][-1], columns.names[whole.hash][-1] == whole.names[0]
        ('', True)
        """
        both, names = feature_set, {feature_set.hash: feature_set.names}
        for hash_, other in earlier.items():
            both, names[hash_] = both.beside(other)
        width = len(both.names)
        padded = {hash_: (*called, *[""] * (width - len(called))) for hash_, called in names.items()}
        return cls(both, padded, earlier)


def earlier_features(settings: Settings, model: Model) -> FeatureSet | None:
    """The features that a champion was trained on before they changed; None where they may or can not be told now.

    What has become sensitive since is told to no model, and days of another time zone cannot be told beside these.
    """
    try:
        known = features_of(settings, model)
    except StamkundError as error:
        text = "The features of model '%s' cannot be read: %s"
        log.warning(text, model.name, error, extra={"event": error.code})
        return None
    attributes = {feature.attribute.name for feature in known.features if feature.attribute is not None}
    usable = known.timezone == settings.timezone and not attributes & set(settings.privacy.sensitive)
    return known if usable else None
