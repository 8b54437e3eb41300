"""The default features, derived from what a company's events hold."""

from features.language.defaults.derived import WINDOWS, default_features, with_unique_names
from features.language.defaults.vocabulary import Vocabulary, vocabulary_of

__all__ = [
    "WINDOWS",
    "Vocabulary",
    "default_features",
    "vocabulary_of",
    "with_unique_names",
]
