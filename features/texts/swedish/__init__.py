"""The texts in Swedish. A name in braces is a parameter; a code's ending tells the case that a text is for."""

from features.texts.swedish.answers import ANSWERS
from features.texts.swedish.errors import ERRORS
from features.texts.swedish.insights import INSIGHTS
from features.texts.swedish.messages import MESSAGES, RULES
from features.texts.swedish.metrics import METRICS
from features.texts.swedish.names import NAMES
from features.texts.swedish.nouns import NOUNS
from features.texts.swedish.reasons import REASONS
from features.texts.swedish.refusals import REFUSALS
from features.texts.swedish.report import REPORT

__all__ = [
    "ANSWERS",
    "ERRORS",
    "INSIGHTS",
    "MESSAGES",
    "METRICS",
    "NAMES",
    "NOUNS",
    "REASONS",
    "REFUSALS",
    "REPORT",
    "RULES",
]
