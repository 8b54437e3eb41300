"""What the log tells of a decision: every candidate with its figures, and all that it failed."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from serving.decisions.control.arms import NOWHERE, Membership
from serving.decisions.eligibility.checks import Check
from serving.decisions.log.catalogue import Catalogue
from serving.decisions.log.log import Logged, unpacked

Json = dict[str, Any]
Made = tuple[Catalogue, Logged]


def made(content: bytes, log: bytes, control: Mapping[str, Any] | None, *, as_of: int) -> Made:
    """The catalogue of some content, and the decision that the log holds of it, made again."""
    return made_from(Catalogue.read(content), log, control, as_of=as_of)


def made_from(catalogue: Catalogue, log: bytes, control: Mapping[str, Any] | None, *, as_of: int) -> Made:
    """The same of a catalogue that is read already."""
    arms = NOWHERE if control is None else Membership(control["arm"], control["gets"], control["campaigns"])
    return catalogue, unpacked(log, catalogue, arms, as_of=as_of)


def considered(catalogue: Catalogue, logged: Logged) -> list[Json]:
    """All candidates, the eligible ones first, best first."""
    order = logged.order.tolist()
    ranks = {place: rank for rank, place in enumerate(order, 1)}
    others = [place for place in range(len(catalogue.candidates.offers)) if place not in ranks]
    return [candidate_told(catalogue, logged, place, ranks.get(place)) for place in (*order, *others)]


def candidate_told(catalogue: Catalogue, logged: Logged, place: int, rank: int | None) -> Json:
    """A candidate with its figures, amounts in units of the currency."""
    offer, worth, ranking = catalogue.candidates.offers[place], logged.worth, logged.arbitration
    checks = [logged.failing.checks.all[check] for check in logged.failing.of(place)]
    return {
        "offer_id": offer.offer_id,
        "name": offer.name,
        "campaign_id": offer.campaign_id,
        "rank": rank,
        "score": ranking.told(worth.scores[place]),
        "propensity": _finite(worth.propensities[place]),
        "uplift": None if worth.uplifts is None else _finite(worth.uplifts[place]),
        "expected_value": _finite(worth.expected_values[place] / ranking.units),
        "factors": {name: float(each[place]) for name, each in worth.multipliers.items()},
        "failed": [check_text(check) for check in checks],
    }


def check_text(check: Check) -> str:
    """A check as the log tells it: its code, and the name of a rule or limit behind a colon."""
    return f"{check.code}:{check.name}" if check.name else check.code


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
