"""The default features, derived from what a company's events hold."""

from features.language.defaults.derived import WINDOWS, default_features, with_unique_names
from features.language.defaults.vocabulary import FEWEST_EVENTS, Vocabulary, vocabulary_of

__all__ = [
    "FEWEST_EVENTS",
    "WINDOWS",
    "Vocabulary",
    "default_features",
    "vocabulary_of",
    "with_unique_names",
]
