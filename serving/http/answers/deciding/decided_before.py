"""Answers of decisions that were made before: read again whole, or repeated for a request that comes twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from features.errors import StamkundError
from features.events.money import amount_text
from features.moments import iso
from serving.decisions.arbitration.worth import ASSUMED, BASIS
from serving.decisions.explanation.slates import Choice
from serving.decisions.log.reading import Made, candidate_told, check_text, considered, made
from serving.http.answers.deciding.pages import Page
from serving.http.current.state import State
from serving.store.builds import last_build
from serving.store.decisions import catalogue_content, kept_decision
from serving.store.engine import outages_as_errors

Json = dict[str, Any]
ALL: Final = Page()


@outages_as_errors()
def answer_kept(state: State, decision_id: str, page: Page = ALL) -> Json:
    """A decision as it was made: a page of its candidates, with their figures and what they failed, computed again."""
    row = kept_decision(state.store, decision_id)
    if row is None:
        raise StamkundError("unknown_decision", field="decision_id")
    told = ("decision_id", "customer_id", "context", "models", "control", "catalogue", "placements")
    candidates, following = page.of(_considered(_made(state, row), page.reason), decision_id)
    return {
        **{name: row[name] for name in told},
        "as_of": iso(row["time"]),
        "currency": state.settings.currency,
        "candidates": candidates,
        "next": following,
    }


def _considered(found: Made | None, reason: str | None) -> list[Json]:
    """All candidates of a decision; a reason that no check of it has is refused."""
    if found is None:
        return []
    checks = found[0].checks.all
    known = {check.code for check in checks} | {check_text(check) for check in checks}
    if reason is not None and reason not in known:
        raise StamkundError.unknown("unknown_reason", "reason", reason, known, field="reason")
    return considered(*found)


def _made(state: State, row: Json) -> Made | None:
    """The catalogue that a decision chose from, and what it made of it; None where there was nothing to decide."""
    if row["log"] is None:
        return None
    content = catalogue_content(state.store, row["catalogue"])
    return made(content, row["log"], row["control"], as_of=row["time"])


def answer_again(state: State, row: Json) -> Json:
    """The answer to a request that was answered before: the same choices, without their reasons."""
    control, build = row["control"], last_build(state.store)
    found = _made(state, row)
    return {
        "decision_id": row["decision_id"],
        "took_ms": 0.0,
        "as_of": iso(row["time"]),
        "build": None if build is None else {"as_of": iso(build.as_of), "lake": build.lake},
        "currency": state.settings.currency,
        "control_group": control is not None and bool(control["arm"] or control["campaigns"]),
        **({} if control is None else {"control": control}),
        "models": row["models"],
        "basis": BASIS + (ASSUMED if state.setup.candidates.any_assumed else "") + ".",
        "placements": [
            {"id": each["id"], "items": [_item(state, found, kept) for kept in each["items"]]}
            for each in row["placements"]
        ],
        "is_repeated": True,
    }


def _item(state: State, found: Made | None, kept: Json) -> Choice:
    """A choice that was made before; one that its catalogue does not hold is the fallback."""
    places = () if found is None else found[0].candidates.places.get((kept["campaign_id"], kept["offer_id"]), ())
    if found is None or not places:
        return replace(state.setup.telling.fallback_choice("nothing_eligible"), reasons=[])
    catalogue, logged = found
    offer, decimals = catalogue.candidates.offers[places[0]], state.settings.minor_units
    told = candidate_told(catalogue, logged, places[0], None)
    return Choice(
        offer.offer_id, offer.name, offer.campaign_id, told["score"], told["propensity"], told["uplift"],
        told["expected_value"], amount_text(offer.value, decimals), amount_text(offer.cost, decimals), offer.assumed,
        kept["probability"], [], is_fallback=False,
    )  # fmt: skip
