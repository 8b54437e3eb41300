"""The default features, derived from what a company's events hold."""

from features.defaults.derived import WINDOWS, default_features, distinctly
from features.defaults.kinds import NOUNS
from features.defaults.names import snake
from features.defaults.vocabulary import RARE, Vocabulary, found

__all__ = ["NOUNS", "RARE", "WINDOWS", "Vocabulary", "default_features", "distinctly", "found", "snake"]
