"""Which control arms a customer is in: by a stable hash of their id, apart for each campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from features.config.sections.decisions.control import Arm, Treatment

ALL: Final = "all"


@dataclass(frozen=True)
class Membership:
    """The arm of a customer among all, and by campaign the arm that gets nothing of it; None where they are in none."""

    arm: str | None = None
    gets: Treatment | None = None
    campaigns: Mapping[str, str] | None = None

    @property
    def is_control(self) -> bool:
        """Whether anything is decided otherwise for them."""
        return self.arm is not None or bool(self.campaigns)


NOWHERE: Final = Membership()


@dataclass(frozen=True)
class Arms:
    """The declared arms by name."""

    arms: Mapping[str, Arm]

    def of(self, customer_id: str) -> Membership:
        """The arms of a customer.

        >>> arms = Arms({"holdout": Arm(share=0.5), "spring_off": Arm(share=0.5, campaign="spring")})
        >>> [(arms.of(who).arm, arms.of(who).campaigns) for who in "bdh"]
        [(None, {}), ('holdout', {'spring': 'spring_off'}), ('holdout', {})]
        """
        if not self.arms:
            return NOWHERE
        own = self._arm(customer_id, None)
        campaigns = dict.fromkeys(arm.campaign for arm in self.arms.values() if arm.campaign is not None)
        held = {campaign: name for campaign in campaigns if (name := self._arm(customer_id, campaign)) is not None}
        return Membership(own, None if own is None else self.arms[own].gets, held)

    def _arm(self, customer_id: str, campaign: str | None) -> str | None:
        """The arm among those of a campaign, or of all customers, into whose part of [0, 1) the customer falls."""
        place, end = fraction(ALL if campaign is None else f"campaign:{campaign}", customer_id), 0.0
        for name, arm in self.arms.items():
            if arm.campaign == campaign:
                end += arm.share
                if place < end:
                    return name
        return None


def fraction(of: str, *what: object) -> float:
    """A number in [0, 1) that looks random and is always the same for the same things.

    >>> fraction("all", "7") == fraction("all", "7") != fraction("all", "8")
    True
    """
    text = "\x1f".join(map(str, (of, *what)))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64
