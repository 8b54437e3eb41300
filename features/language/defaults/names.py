"""Names of features that speak of what the events hold."""

from __future__ import annotations


def snake(text: str, otherwise: str = "") -> str:
    """A name fit for a column; ``otherwise`` for a text without letters and digits.

    >>> snake("FRZN MEAT/MEAT DINNERS"), snake("!!!", "category_3")
    ('frzn_meat_meat_dinners', 'category_3')
    """
    return "_".join("".join(c if c.isalnum() else " " for c in text.lower()).split()) or otherwise
