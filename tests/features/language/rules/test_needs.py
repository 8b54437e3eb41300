"""What would have to change for a rule to hold."""

from __future__ import annotations

import numpy as np
import pytest

from features.language.rules.evaluate import MISSING, Cell
from features.language.rules.needs import Needs
from features.language.rules.parse import parse
from features.language.rules.types import Names

NAMES = Names(
    {
        "features": {"orders": "number", "stage": "text", "spend": "number", "refunds": "number"},
        "candidate": {"value": "number", "ends": "moment"},
        "traits": {"vip": "boolean", "city": "text"},
    }
)
KNOWN: dict[str, Cell] = {
    "features.orders": Cell(2.0),
    "features.stage": Cell("new"),
    "features.spend": Cell(1234.5),
    "traits.vip": Cell(value=False),
    "candidate.value": Cell(np.array([5.0, 20.0]), np.array([True, True])),
    "candidate.ends": Cell(np.array([86_400_000_000, 0]), np.array([True, False])),
}


@pytest.mark.parametrize(
    ("text", "place", "wanted"),
    [
        ("features.orders >= 3", 0, "features.orders is 2 and must be at least 3"),
        ("3 <= features.orders", 0, "features.orders is 2 and must be at least 3"),
        ("!(features.orders < 3)", 0, "features.orders is 2 and must be at least 3"),
        ("features.spend <= 1000", 0, "features.spend is 1,234.50 and must be at most 1,000"),
        ("features.orders > 1 && features.stage != 'new'", 0, "features.stage is new and must be other than new"),
        (
            "features.orders > 9 && features.stage == 'loyal'",
            0,
            "features.orders is 2 and must be above 9; features.stage is new and must be loyal",
        ),
        (
            "features.orders > 9 || traits.vip",
            0,
            "features.orders is 2 and must be above 9 or traits.vip is not so",
        ),
        ("!(features.orders == 2)", 0, "features.orders is 2 and must be other than 2"),
        ("features.stage in ['loyal', 'active']", 0, "features.stage is new and must be among loyal, active"),
        ("!(features.stage in ['new'])", 0, "features.stage is new and must be none of new"),
        ("traits.city == 'Lund'", 0, "traits.city is not known"),
        ("features.stage.matches('^lo')", 0, "features.stage.matches('^lo') is not so"),
        ("traits.vip ? features.orders > 1 : features.orders > 4", 0, "features.orders is 2 and must be above 4"),
        (
            "!(features.stage == 'new' ? features.orders == 2 : traits.vip)",
            0,
            "features.orders is 2 and must be other than 2",
        ),
        ("traits.city == 'Lund' ? true : false", 0, "traits.city is not known"),
        (
            "candidate.value >= (traits.vip ? features.refunds : features.orders * 4)",
            0,
            "candidate.value is 5 and must be at least (traits.vip ? features.refunds : features.orders * 4) (8)",
        ),
        (
            "candidate.value >= features.orders * 4",
            0,
            "candidate.value is 5 and must be at least features.orders * 4 (8)",
        ),
        ("candidate.value >= features.orders * 4", 1, ""),
        (
            "candidate.ends > timestamp('1970-01-03')",
            0,
            "candidate.ends is 1970-01-02 00:00 UTC and must be above 1970-01-03 00:00 UTC",
        ),
        ("candidate.ends > timestamp('1970-01-03')", 1, "candidate.ends is not known"),
    ],
)
def test_what_is_and_what_would_have_to_be_is_told(text: str, place: int, wanted: str) -> None:
    needs = Needs(text, NAMES, lambda name: KNOWN.get(name, MISSING), place, "en", "UTC")
    assert needs.of(parse(text)) == wanted


def test_it_is_told_in_swedish() -> None:
    text = "features.spend <= 1000"
    needs = Needs(text, NAMES, KNOWN.__getitem__, 0, "sv", "UTC").of(parse(text))
    assert needs.replace("\N{NO-BREAK SPACE}", " ") == "features.spend är 1 234,50 och måste vara högst 1 000"
