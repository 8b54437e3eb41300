"""The section of the rules: who may get what."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from features.config.sections.section import Section
from features.texts.catalogue import Language


def _condition(rule: object) -> object:
    """A rule that is its condition alone."""
    return {"when": rule} if isinstance(rule, str) else rule


class RuleSettings(Section):
    """A rule that must hold for a candidate to be shown: the condition ``when``, in the language of rules.

    ``about`` is a condition too: the rule is only about candidates for which it holds. ``text`` tells people why.
    """

    when: str = Field(min_length=1)
    about: str | None = None
    text: str | dict[Language, str] | None = None

    def told(self, language: Language) -> str | None:
        """The rule in words, as declared."""
        return self.text.get(language) if isinstance(self.text, dict) else self.text


DeclaredRule = Annotated[RuleSettings, BeforeValidator(_condition)]
