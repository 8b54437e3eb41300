"""Why an offer is not chosen: a reason as a code with parameters, and as a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from features.moments import iso, minute
from features.texts.catalogue import figure_in, text
from serving.decisions.candidates.offers import Offer
from serving.decisions.eligibility.checks import OF_THE_PERSON

# Reasons whose sentences are the same whoever is decided for.
WITHOUT_FIGURES: Final = (
    *OF_THE_PERSON, "paused", "expired", "not_started", "no_model", "not_contacted", "already_redeemed",
)  # fmt: skip
MOMENTS: Final = ("starts", "ends", "again_at")  # parameters of reasons that are moments
AMOUNTS: Final = ("spent", "amount")  # and those that are money, as decimals in texts
TOLD_ONLY: Final = ("text", "needs")  # what stands in the sentence only


@dataclass(frozen=True)
class Exclusion:
    """An offer that was not chosen, and why: the ``params`` of the reason, and a sentence that is filled with them."""

    offer_id: str
    name: str
    campaign_id: str | None
    params: Mapping[str, object]
    detail: str

    @classmethod
    def of(cls, offer: Offer, reason: str, language: str = "en", /, **params: object) -> Exclusion:
        """An offer's exclusion for a reason with these parameters; moments are µs.

        >>> tea = Offer("tea", "offer", "Tea", "spring", None, None, 100, 10, frozenset(), assumed=False)
        >>> Exclusion.of(tea, "shown_elsewhere", placement="hero").detail
        'It is shown in placement hero.'
        """
        told = {name: _in_words(name, value, language) for name, value in params.items()}
        bare = {name: _bare(name, value) for name, value in params.items() if name not in TOLD_ONLY}
        return cls(offer.offer_id, offer.name, offer.campaign_id, bare, text(_case(reason, params), language, **told))


@dataclass(frozen=True)
class Reason:
    """A further reason why a candidate is not shown."""

    code: str
    params: Mapping[str, object]
    detail: str


@dataclass(frozen=True)
class OneOfSeveral(Exclusion):
    """An exclusion with what beside its first reason keeps the candidate away."""

    also: Sequence[Reason]


@dataclass(frozen=True)
class Excluded:
    """How many offers were not chosen for one reason, and those that are told: all of them, or some examples."""

    reason: str
    count: int
    offers: Sequence[Exclusion]


def exclusions_of(offers: Sequence[Offer], language: str = "en") -> dict[str, tuple[Exclusion, ...]]:
    """For each reason whose sentence needs no figure of a choice, every offer's exclusion for it."""
    return {
        reason: tuple(Exclusion.of(offer, reason, language, **_params(offer, reason)) for offer in offers)
        for reason in WITHOUT_FIGURES
    }


def _params(offer: Offer, reason: str) -> dict[str, object]:
    """What a reason of an offer's own tells of it."""
    match reason:
        case "expired":
            return {"ends": offer.ends}
        case "not_started":
            return {"starts": offer.starts}
        case "not_contacted":
            return {"campaign_id": offer.campaign_id}
    return {}


def _case(reason: str, params: Mapping[str, object]) -> str:
    """The code of the text that fits the parameters of a reason."""
    if params.get("text"):
        return "rule.told"
    case = f"{reason}.of" if params.get("of") else reason
    return f"{case}.ever" if params.get("again_at", reason) is None else case


def _in_words(name: str, value: object, language: str) -> object:
    if name in MOMENTS:
        return "no time" if value is None else f"{minute(cast(int, value))} UTC"
    if name in AMOUNTS:
        return figure_in(language, f"{Decimal(str(value)):,f}")
    return figure_in(language, f"{value:.4g}") if isinstance(value, float) else value


def _bare(name: str, value: object) -> object:
    return iso(cast(int, value)) if name in MOMENTS and value is not None else value
