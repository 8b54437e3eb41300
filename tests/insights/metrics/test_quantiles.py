from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.config.sections.insights.metrics import MetricSettings
from features.errors import StamkundError
from features.moments import micros
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.refresh import refresh
from insights.tables import Tables
from tests.insights.shop import event, shop

# a buys for 4 and 5 and so comes to 9; b to i buy once, for 1 to 8. Nobody's order of 2023 belongs to January.
EVENTS = [
    event("a", "2024-01-02", value=400, channel="web"),
    event("a", "2024-01-03", value=500, channel="shop"),
    *(event(each, "2024-01-05", value=100 * (place + 1), channel="web") for place, each in enumerate("bcdefghi")),
    event("b", "2023-12-05", value=99_00),
]


def test_a_quantile_is_of_what_each_customer_comes_to_between_two_of_them(tmp_path: Path) -> None:
    tenth = {"top": {"take": "quantile", "at": 0.9, "kind": "order", "of": "value"}}
    settings = shop(tmp_path, EVENTS, metrics=tenth)
    refresh(settings, as_of=micros(date(2024, 2, 20)))
    tables = Tables(settings.insights)
    december, january, february = told(tables, Question(("median_per_buyer",))).cells
    assert (december["suppressed"], december["value"], february["value"]) == (True, None, None)
    assert (january["value"], january["customers"], january["n"]) == (5, 9, 9)
    # Of nine, the second smallest and the second greatest: one too few above or below happens once in 26.
    assert (january["low"], january["high"]) == (2, 8)
    assert len(people_behind(tables, Figure("median_per_buyer", "2024-01"))) == 9
    top = told(tables, Question(("top",))).cells[1]
    assert (top["value"], top["high"]) == (pytest.approx(8.2), None)  # at place 7.2 of 0 to 8; none above bounds it
    web = told(tables, Question(("median_per_buyer",), by="channel")).cells
    assert [cell["value"] for cell in web if cell["group"] == "web"] == [4]  # 1, 2, 3, 4, 4, 5, 6, 7, 8


@pytest.mark.parametrize("wrong", [{"take": "quantile"}, {"take": "sum", "at": 0.5}])
def test_a_quantile_says_which_and_nothing_else_does(wrong: dict[str, object]) -> None:
    with pytest.raises((StamkundError, ValueError), match="`at` says which quantile"):
        MetricSettings.model_validate({**wrong, "kind": "order", "of": "value"})
