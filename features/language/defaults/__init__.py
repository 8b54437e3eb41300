"""The default features, derived from what a company's events hold."""

from features.language.defaults.derived import WINDOWS, default_features, distinctly
from features.language.defaults.kinds import NOUNS
from features.language.defaults.names import snake
from features.language.defaults.vocabulary import RARE, Vocabulary, found

__all__ = ["NOUNS", "RARE", "WINDOWS", "Vocabulary", "default_features", "distinctly", "found", "snake"]
