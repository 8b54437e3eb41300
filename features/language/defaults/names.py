"""The parts of feature names that come from what the events hold: kinds, categories, channels."""

from __future__ import annotations

from features.words import words_of


def name_part(text: str, otherwise: str = "") -> str:
    """A text as a part of a column's name; ``otherwise`` for a text without letters and digits.

    >>> name_part("FRZN MEAT/MEAT DINNERS"), name_part("!!!", "category_3")
    ('frzn_meat_meat_dinners', 'category_3')
    """
    return "_".join(words_of(text.lower())) or otherwise
