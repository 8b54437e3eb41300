"""Where a process broke, by what it wrote to stderr, without the words of its error: they may quote a customer."""

from __future__ import annotations

import re


def last_words(text: str) -> str:
    """The lines of code of a traceback, and the type of its error; nothing where there is none.

    >>> print(last_words('''Traceback (most recent call last):
    ...   File "a.py", line 1, in <module>
    ...     int("anna@shop.example")
    ... ValueError: invalid literal: 'anna@shop.example'
    ... '''))
    File "a.py", line 1, in <module>
    ValueError
    """
    places = re.findall(r'^ +(File "[^"\n]+", line \d+, in \S+)$', text, re.MULTILINE)
    types = re.findall(r"^([A-Za-z_][\w.]*)(?::.*)?$", text, re.MULTILINE)
    return "\n".join([*places, *types[-1:]]) if places else ""
