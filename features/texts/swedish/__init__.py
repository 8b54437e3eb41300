"""The texts in Swedish. A name in braces is a parameter; a code's ending tells the case that a text is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.texts.swedish.answers import ANSWERS
from features.texts.swedish.nouns import NOUNS
from features.texts.swedish.reasons import REASONS
from features.texts.swedish.refusals import REFUSALS

SWEDISH: Final[Mapping[str, str]] = {**NOUNS, **REASONS, **ANSWERS, **REFUSALS}
