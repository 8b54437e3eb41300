"""When those who may be told of today were not to be told of, day by day."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from features.lake import Lake
from features.moments import micros
from features.profiles.consent import gatekeeper_of
from insights.periods import Periods
from insights.spells import NEVER, spells_out
from tests.insights.shop import event, shop

ALWAYS = -(2**62)
CONSENT = {"purposes": {"analytics": {"gates": ["insights"]}}, "default": "denied"}


def at(moment: str) -> int:
    return micros(datetime.fromisoformat(moment))


def said(who: str, when: str, status: str = "granted") -> dict[str, object]:
    return event(who, when, "consent", purpose="analytics", status=status)


def test_a_yes_opens_the_day_in_which_it_is_said_and_a_no_shuts_it_until_the_next_yes(tmp_path: Path) -> None:
    # a says yes on the third, no on the fifth, yes on the eighth; b yes before, c a minute before the end, d nothing.
    told = [said("a", "2024-01-03 12:00"), said("a", "2024-01-05 12:00", "denied"), said("a", "2024-01-08 12:00")]
    told += [said("b", "2023-12-31"), said("c", "2024-01-09 23:59"), event("d", "2024-01-01", value=100)]
    settings, now = shop(tmp_path, told, consent=CONSENT), at("2024-01-10 00:30")
    keeper = gatekeeper_of(settings, Lake(settings.lake))
    assert keeper is not None
    spells = spells_out(keeper, Periods.of("day", at("2024-01-01"), now), as_of=now)
    assert spells.sort("customer_id", "out").rows() == [
        ("a", ALWAYS, at("2024-01-04") - 1),
        ("a", at("2024-01-06") - 1, at("2024-01-09") - 1),
        ("c", ALWAYS, at("2024-01-10") - 1),
    ]


def test_without_a_purpose_of_insights_nobody_is_ever_out(tmp_path: Path) -> None:
    consent = {"purposes": {"news": {"channel": "email"}}, "default": "denied"}
    settings = shop(tmp_path, [said("a", "2024-01-03")], consent=consent)
    keeper = gatekeeper_of(settings, Lake(settings.lake))
    assert keeper is not None
    assert spells_out(keeper, Periods.of("day", 0, 1), as_of=1).equals(NEVER)
