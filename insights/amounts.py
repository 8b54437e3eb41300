"""Amounts of losses as they are answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

AMOUNTS: Final = ("gross", "anyway", "lost", "point", "brought")


def in_units(row: Mapping[str, Any], unit: int) -> dict[str, Any]:
    """A row of a table of losses in units of the currency, with the parameters of its refusal.

    >>> in_units({"lost": 250.0, "lost_low": None, "went": 3, "params": "{}"}, 100)
    {'lost': 2.5, 'lost_low': None, 'went': 3, 'params': {}}
    """
    amounts = {f"{name}{end}" for name in AMOUNTS for end in ("", "_low", "_high")}
    told = {name: value / unit if name in amounts and value is not None else value for name, value in row.items()}
    return told | ({"params": json.loads(row["params"])} if "params" in row else {})
