"""How numbers and names are told."""

from __future__ import annotations

import pytest

from insights.words import Words


def plain(told: str) -> str:
    return told.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("unit", "values", "value", "change", "interval"),
    [
        ("share", [0.25, 0.8], "25.0 %", "+12.5 percentage points", "10.0 – 40.0 %"),
        ("money", [28.671, 90.0], "28.67 SEK", "+0.12 SEK", "0.10 – 0.40 SEK"),
        ("money", [28.671, 1500.0], "29 SEK", "+0 SEK", "0 – 0 SEK"),
        ("customers", [7, 9], "7", "+0", "0 – 0"),
        ("points", [-12.34], "−12.3", "+0.1", "0.1 – 0.4"),
        ("days", [2.5], "2.5 d", "+3 h", "2.4 h – 9.6 h"),
    ],
)
def test_numbers_beside_each_other_have_one_unit_and_as_many_decimals(
    unit: str, values: list[float], value: str, change: str, interval: str
) -> None:
    figures = Words("en", "SEK").figures(unit, values)
    told = (figures.value(values[0]), figures.change(0.125), figures.interval(0.1, 0.4))
    assert [plain(each) for each in told] == [value, change, interval]


def test_a_duration_that_may_be_longer_than_any_known_is_told_from_where() -> None:
    assert plain(Words("en").figures("days", [80.0]).interval(73.2, None)) == "≥ 73.2 d"
    assert Words("en").figures("share", []).interval(None, None) == ""


def test_groups_have_the_names_of_the_language_and_the_company_keeps_its_own() -> None:
    swedish = Words("sv", "SEK")
    told = [
        swedish.group(*each) for each in (("stage", "at risk"), ("channel", None), ("age", "other"), ("age", "65+"))
    ]
    assert told == ["i riskzonen", "okänt", "övriga", "65+"]
    assert [swedish.name("dimension", name) for name in ("channel", "home_ownership")] == ["kanal", "home ownership"]
    assert plain(swedish.figures("share", [0.5]).change(-0.025, short=True)) == "−2,5 p.e."
