"""What the values of attributes are read as."""

from __future__ import annotations

import math
from collections.abc import Collection

import pytest

from features.evaluate.attribute_values import value_of
from features.language.attributes import Attribute
from features.profiles.fitted.attributes import attribute_of
from features.reading.iso import parse
from features.units import DAY


def reading(*texts: str, count: int = 99) -> str:
    found = attribute_of("x", "customers", texts, count=count)
    return found if isinstance(found, str) else found.reading


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["34", "7", "-1.5", "+2"], "number"),
        (["34", "7", "many"], "word"),
        (["01", "02"], "word"),
        (["0", "0.5"], "number"),
        (["1" * 18, "2"], "number"),
        (["1" * 19, "2"], "word"),
        (["1,5", "2"], "word"),
        (["2024-01-31", "1999-12-31T10:00:00Z"], "date"),
        (["2024-01-31", "2024-02-30"], "word"),
        (["19700101", "20240131"], "number"),
        (["gold"], "the same for everybody"),
        ([], "no values"),
        ([f"{n}x" for n in range(50)], "word"),
        ([f"{n}x" for n in range(51)], "51 different texts"),
        ([str(n) for n in range(51)], "number"),
    ],
)
def test_an_attribute_is_read_as_what_all_of_its_values_are(texts: Collection[str], told: str) -> None:
    assert reading(*texts) == told


def test_numbers_of_six_digits_that_all_differ_are_somebodys() -> None:
    numbers = [str(100_000 + n) for n in range(51)]
    assert reading(*numbers, count=51) == "51 whole numbers, all different"
    assert reading(*numbers, count=52) == reading(*(f"{n}.5" for n in numbers), count=51) == "number"
    assert isinstance(attribute_of("balance", "snapshots", numbers, count=51), Attribute)


@pytest.mark.parametrize(
    ("attribute", "value", "told"),
    [
        (Attribute("plan", vocabulary=("free", "gold")), " gold ", 1.0),
        (Attribute("plan", vocabulary=("free", "gold")), "silver", math.nan),
        (Attribute("vip", vocabulary=("false", "true")), True, 1.0),
        (Attribute("age", reading="number"), "34", 34.0),
        (Attribute("age", reading="number"), 34.0, 34.0),
        (Attribute("age", reading="number"), "unknown", math.nan),
        (Attribute("age", reading="number"), [34], math.nan),
        (Attribute("age", reading="number"), None, math.nan),
        (Attribute("joined", reading="date"), "2024-01-30", 1.5),
        (Attribute("joined", reading="date"), "2024-02-01T00:00:00+00:00", -0.5),
        (Attribute("joined", reading="date"), "soon", math.nan),
    ],
)
def test_a_value_comes_to_a_number(attribute: Attribute, value: object, told: float) -> None:
    as_of = parse("2024-01-31") + DAY // 2
    assert value_of(attribute, value, as_of=as_of) == pytest.approx(told, rel=0, abs=0, nan_ok=True)
