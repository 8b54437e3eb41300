"""The formats that someone gives for a column: of times in strptime's codes, of epochs by their unit, of numbers."""

from __future__ import annotations

from dataclasses import dataclass

from features.reading.number_forms import NumberForm, number_format
from features.reading.time_forms import TimeForm, time_format


@dataclass(frozen=True)
class Epoch:
    """A time as a number of units since 1970 in UTC; ``unit`` is that number of microseconds."""

    unit: int


EPOCHS = {"seconds": Epoch(1_000_000), "milliseconds": Epoch(1000), "microseconds": Epoch(1)}
Format = TimeForm | Epoch | NumberForm


def parse_format(text: str) -> Format:
    """What a format means; a :class:`StamkundError` ``bad_format`` says what is wrong with one.

    >>> parse_format("milliseconds"), parse_format("1234,56")
    (Epoch(unit=1000), NumberForm(thousands='', decimal=',', lakhs=False))
    """
    if text in EPOCHS:
        return EPOCHS[text]
    return time_format(text) if "%" in text else number_format(text)
