"""The files of knowledge: YAML beside this module, whose values are texts."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

# The reader in C is ten times as fast; both read every value as a text, so that `no` stays a word.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def document(name: str) -> Any:
    """What a file of knowledge holds: lists and mappings of texts.

    >>> document("values")["scales"]["ces"]
    ['ces effort aufwand']
    """
    text = resources.files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, _LOADER)  # noqa: S506  (of texts only)
