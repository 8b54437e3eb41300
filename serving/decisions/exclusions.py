"""Why an offer is not chosen: each reason as a code and as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from features.moments import minute
from features.texts.catalogue import figure_in, text
from serving.decisions.offers import Offer

# The reasons in the order in which they are tested: an offer is excluded for the first that holds.
NO_CONSENT, NO_PERMISSION, QUIET_HOURS = "no_consent", "no_permission", "quiet_hours"
REASONS: Final = (
    NO_PERMISSION, QUIET_HOURS, NO_CONSENT, "expired", "not_started", "no_model", "not_contacted", "already_redeemed",
    "no_value", "shown_elsewhere", "outranked",
)  # fmt: skip
# Reasons whose sentences are the same whatever else is chosen.
OF_THE_PERSON: Final = (NO_PERMISSION, QUIET_HOURS, NO_CONSENT)  # hold for every offer alike
WITHOUT_FIGURES: Final = (*OF_THE_PERSON, "expired", "not_started", "no_model", "not_contacted", "already_redeemed")


@dataclass(frozen=True)
class Exclusion:
    """An offer that was not chosen, and why."""

    offer_id: str
    campaign_id: str | None
    reason: str
    detail: str

    @classmethod
    def of(cls, offer: Offer, reason: str, language: str = "en", /, **figures: object) -> Exclusion:
        """An offer's exclusion, its sentence filled with the figures that it names.

        >>> tea = Offer("tea", "offer", "Tea", "spring", None, None, 100, 10, frozenset(), assumed=False)
        >>> Exclusion.of(tea, "shown_elsewhere", placement="hero").detail
        'It is shown in placement hero.'
        """
        told = {
            name: _figure(value, language) if isinstance(value, float) else value for name, value in figures.items()
        }
        return cls(offer.offer_id, offer.campaign_id, reason, text(reason, language, **told))


def exclusions_of(offers: Sequence[Offer], language: str = "en") -> dict[str, tuple[Exclusion, ...]]:
    """For each reason whose sentence needs no figure of a choice, every offer's exclusion for it."""
    columns = [{"starts": _utc(o.starts), "ends": _utc(o.ends), "campaign_id": o.campaign_id} for o in offers]
    rows = list(zip(offers, columns, strict=True))
    return {
        reason: tuple(Exclusion.of(offer, reason, language, **row) for offer, row in rows) for reason in WITHOUT_FIGURES
    }


def _figure(value: float, language: str) -> str:
    return figure_in(language, f"{value:.4g}")


def _utc(time: int | None) -> str:
    return "no time" if time is None else f"{minute(time)} UTC"
