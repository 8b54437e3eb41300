"""The words of a text: runs of letters and digits of any alphabet, in one Unicode form."""

from __future__ import annotations

from unicodedata import category, normalize


def words_of(text: str) -> list[str]:
    """The words of a text, in its own cases; full width, ligatures and accents apart are the usual characters.

    >>> words_of("FRZN MEAT/MEAT DINNERS"), words_of("की का"), words_of("!?")
    (['FRZN', 'MEAT', 'MEAT', 'DINNERS'], ['की', 'का'], [])
    """
    plain = normalize("NFKC", text)
    if plain.isascii():
        spaced = "".join(c if c.isalnum() else " " for c in plain)
    else:  # the signs of vowels are marks (M), without which words of many alphabets are not told apart
        spaced = "".join(c if category(c)[0] in "LNM" else " " for c in plain)
    return [word for word in spaced.split() if any(map(str.isalnum, word))]
