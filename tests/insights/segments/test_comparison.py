"""What two segments differ in: means and shares by hand, many comparisons of nothing, and who is in both."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import t

from features.language.rules.rule import Rule
from features.language.rules.types import Names
from insights.segments.columns.column import Column
from insights.segments.comparison import compared, shared
from insights.segments.customers import Columns
from insights.segments.tables import alike, standing_out

# Of the first six, five have spent; of the last six all have. Four of the last six are loyal, and one of the first.
SPEND = [1.0, 2, 3, 4, 5, np.nan, 11, 12, 13, 14, 15, 13]
STAGES = ["new", "new", "new", "new", "loyal", None, "loyal", "loyal", "loyal", "loyal", "new", "new"]


def columns(**others: Column) -> Columns:
    told = {
        "features.spend": Column.of_numbers(np.array(SPEND)),
        "features.stage": Column.of_words(STAGES, "text"),
        "consent.news": Column.of_words([True, False] * 6, "boolean"),
    }
    return Columns(pa.array([f"{n:02}" for n in range(12)]), {**told, **others}, 0, "", "UTC")


FIRST, LAST = np.arange(12) < 6, np.arange(12) >= 6


def test_means_and_shares_are_those_of_whom_it_is_known() -> None:
    rows = {(row["name"], row["word"]): row for row in compared(columns(), FIRST, LAST)}
    spend, loyal = rows["features.spend", None], rows["features.stage", "loyal"]
    assert (spend["value"], spend["other_value"], spend["difference"]) == (3, 13, -10)
    assert (spend["n"], spend["other_n"], spend["stands"]) == (5, 6, True)
    reach = [t.ppf(0.975, n - 1) * np.sqrt(variance / n) for n, variance in ((5, 2.5), (6, 2.0))]  # of each mean alone
    assert spend["low"] == pytest.approx(-10 - np.hypot(*reach))
    assert (loyal["value"], loyal["other_value"]) == (1 / 5, 4 / 6)
    assert set(rows) == {("features.spend", None), ("features.stage", "loyal"), ("features.stage", "new"),
                         ("consent.news", "True")}  # fmt: skip
    assert {row["compared"] for row in rows.values()} == {4}
    assert rows["consent.news", "True"]["difference"] == 0


def test_sides_are_mirrored_and_what_is_left_out_is_not_compared() -> None:
    one, other = compared(columns(), FIRST, LAST), compared(columns(), LAST, FIRST)
    assert [row["difference"] for row in one] == [-row["difference"] for row in other]
    assert [row["low"] for row in one] == pytest.approx([-row["high"] for row in other])
    assert {row["name"] for row in compared(columns(), FIRST, LAST, without=["features.spend"])} == {
        "features.stage", "consent.news",
    }  # fmt: skip
    assert compared(columns(), np.arange(12) < 4, LAST) == []  # of four customers nothing is told


def test_of_many_comparisons_of_nothing_hardly_any_stands() -> None:
    draw = np.random.default_rng(1)
    noise = {f"features.n{n}": Column.of_numbers(draw.normal(size=12)) for n in range(200)}
    rows = compared(columns(**noise), FIRST, LAST)
    assert sum(row["stands"] for row in rows if row["name"].startswith("features.n")) <= 2
    assert rows[0]["name"] == "features.spend"


def test_who_is_in_both() -> None:
    names = Names({"features": {"spend": "number", "stage": "text"}})
    rules = {"rich": Rule.of("features.spend > 4", names), "loyal": Rule.of('features.stage == "loyal"', names),
             "poor": Rule.of("features.spend < 2", names)}  # fmt: skip
    told = {row["segment"]: (row["members"], row["both"]) for row in shared(columns(), "rich", rules)}
    assert told == {"loyal": (5, 5), "poor": (1, 0)}


def test_what_stands_out_is_told_once_over_several_spans_and_not_what_the_rule_reads() -> None:
    spent = np.array(SPEND)
    wide = columns(**{"features.spend_90d": Column.of_numbers(spent), "features.spend_all": Column.of_numbers(spent)})
    told = [row["name"] for row in standing_out(wide, FIRST, without=())]
    assert told == ["features.spend"]  # the stages and the news differ by no more than chance
    assert alike(wide.columns, ["percentiles.spend_28d"]) == {f"features.spend{span}" for span in ("", "_90d", "_all")}
    assert not [*standing_out(wide, FIRST, without=alike(wide.columns, ["features.spend_90d"]))]


def test_what_a_trait_and_a_feature_tell_is_compared_once() -> None:
    both = columns(**{"traits.stage": Column.of_words(STAGES, "text"), "traits.city": Column.of_words(STAGES, "text")})
    assert {row["name"].split(".")[0] for row in compared(both, FIRST, LAST) if "stage" in row["name"]} == {"features"}
    assert "traits.city" in {row["name"] for row in compared(both, FIRST, LAST)}
