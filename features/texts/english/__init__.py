"""The texts in English. A name in braces is a parameter; a code's ending tells the case that a text is for."""

from features.texts.english.answers import ANSWERS
from features.texts.english.errors import ERRORS
from features.texts.english.insights import INSIGHTS
from features.texts.english.messages import MESSAGES, RULES
from features.texts.english.metrics import METRICS
from features.texts.english.nouns import NOUNS
from features.texts.english.reasons import REASONS
from features.texts.english.refusals import REFUSALS
from features.texts.english.report import REPORT

__all__ = ["ANSWERS", "ERRORS", "INSIGHTS", "MESSAGES", "METRICS", "NOUNS", "REASONS", "REFUSALS", "REPORT", "RULES"]
