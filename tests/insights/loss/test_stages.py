"""What is lost at a stage: of those who fell silent in a month, beside those who were like them and stayed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from features.moments import micros
from insights.loss import stages
from insights.loss.stages import EXITS, stage_losses
from insights.people import Audience
from tests.insights.shop import event, shop

AS_OF = micros(datetime.fromisoformat("2024-07-01"))
CUSTOMERS = 240


def events(place: int) -> list[dict[str, object]]:
    """All order in January; every other one stays, and orders for 10.00 in April; all bring 3.00 in May."""
    who = f"c{place:03}"
    told = [event(who, f"2024-01-{1 + place % 28:02}", value=500 + place % 7), event(who, "2024-05-20", value=300)]
    return [*told, event(who, "2024-04-10", value=1000)] if place % 2 else told


@pytest.fixture
def audience(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audience:
    """Every other one of the active lapses in March; some are in another stage, and one leaves it by coming."""

    def known(_: Audience, moments: list[int]) -> pl.DataFrame:
        names = [f"c{place:03}" for place in range(CUSTOMERS)]
        before = [2.0] * (CUSTOMERS - 2) + [5.0, 4.0]  # active; lapsed; at risk
        after = [2.0 if place % 2 else 5.0 for place in range(CUSTOMERS - 2)] + [6.0, 2.0]
        return pl.DataFrame({"customer_id": names * 2, "as_of": [m for m in moments for _ in names],
                             "stage": before + after})  # fmt: skip

    monkeypatch.setattr(stages, "stages_at", known)
    told = [each for place in range(CUSTOMERS) for each in events(place)]
    return Audience.at(shop(tmp_path, told), as_of=AS_OF)


def test_the_last_month_with_known_money_is_told_of_those_who_left_and_stayed(audience: Audience) -> None:
    told = {loss.step: (period, loss) for period, loss in stage_losses(audience)}
    period, active = told["active"]
    assert (period, active.dropped, active.went, active.refusal) == ("2024-03", 119, 119, None)  # + 84 days: 23 June
    assert float(active.anyway.value) == pytest.approx(119 * 300)
    assert float(active.gross.value) == pytest.approx(119 * 1300)
    assert active.lost is not None
    assert float(active.lost.value) == pytest.approx(119 * 1000, rel=0.02)
    _, risk = told["at risk"]
    assert (risk.went, risk.dropped) == (1, 0)  # who came back did not leave
    assert "lapsed" not in told


def test_silence_is_what_leaves_a_stage() -> None:
    assert EXITS["loyal"] == {"at risk", "lapsed"}
    assert EXITS["at risk"] == {"lapsed"}
    assert "prospect" not in EXITS


def test_too_short_a_history_has_no_month(tmp_path: Path) -> None:
    audience = Audience.at(shop(tmp_path, [event("ann", "2024-03-01")]), as_of=AS_OF)
    assert list(stage_losses(audience)) == []
