"""Fingerprints of what a model is made from: where all of it is as before, training again would give the same model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

LIBRARIES: Final = ("lightgbm", "numpy", "polars", "scikit-learn", "scipy")  # they have a part in the numbers
PACKAGES: Final = Path(__file__).parents[2]


def fingerprint(parts: Mapping[str, object]) -> str:
    """Sixteen hex digits of named parts: words, numbers, arrays, or dataclasses of them.

    >>> fingerprint({"a": 1, "b": np.zeros(2)}) == fingerprint({"b": np.zeros(2), "a": 1})
    True
    >>> fingerprint({"a": np.zeros(2)}) == fingerprint({"a": np.zeros((2, 1))})
    False
    """
    said = {name: _said(part) for name, part in parts.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


@cache
def code_version() -> str:
    """The version of this program, and a fingerprint of its very code and of the libraries that compute with it."""
    content = hashlib.sha256()
    for package in ("features", "training"):
        for file in sorted((PACKAGES / package).rglob("*.py")):
            content.update(file.relative_to(PACKAGES).as_posix().encode())
            content.update(file.read_bytes())
    for library in LIBRARIES:
        content.update(f"{library} {version(library)}".encode())
    return f"{version('stamkund')}+{content.hexdigest()[:12]}"


def _said(part: object) -> object:
    """A part as JSON, an array by the digest of its bytes."""
    if isinstance(part, np.ndarray):
        data = np.ascontiguousarray(part).reshape(-1).view(np.uint8)
        return [str(part.dtype), part.shape, hashlib.sha256(data.data).hexdigest()]
    if is_dataclass(part):
        return {field.name: _said(getattr(part, field.name)) for field in fields(part)}
    return part
