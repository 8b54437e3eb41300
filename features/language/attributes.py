"""Attributes: what is known of customers beside their events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Where it stands: in the table of customers; there or, from their time on, in what `identify` events say; in snapshots.
Origin = Literal["customers", "traits", "snapshots"]
# What it is read as: a word of a vocabulary, a number, days since a date, a number less that of the snapshot before.
Reading = Literal["word", "number", "date", "change"]


@dataclass(frozen=True)
class Attribute:
    """An attribute that features are made of; ``vocabulary`` are its words, sorted, where it is read as one."""

    name: str
    origin: Origin = "customers"
    reading: Reading = "word"
    vocabulary: tuple[str, ...] = ()
