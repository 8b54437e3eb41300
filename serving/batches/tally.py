"""What a batch came to: how many customers got what, and how many candidates were kept from them for which reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from serving.batches.rows import Told


@dataclass
class Tally:
    """Counts of decisions by outcome, of choices by offer, and by reason of candidates and of customers.

    Of several reasons the first one counts; ``excluded`` has, by reason, for how many candidates it was told, of
    everybody together, and of how many customers.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    candidates: Counter[str] = field(default_factory=Counter)
    customers: Counter[str] = field(default_factory=Counter)

    def add(self, told: Told) -> None:
        """Count one decision."""
        if told.found is None:
            self.outcomes[told.barrier or "nothing"] += 1
            return
        catalogue, logged = told.found
        items = [item for placement in told.placements for item in placement["items"]]
        chosen = [i["offer_id"] for i in items if (i["campaign_id"], i["offer_id"]) in catalogue.candidates.places]
        self.outcomes["chosen" if chosen else "fallback"] += 1
        self.offers.update(chosen)
        first = logged.failing.first
        for place, count in enumerate(np.bincount(first[first >= 0]).tolist()):
            if count:
                check = logged.failing.checks.all[place]
                reason = f"{check.code}:{check.name}" if check.name else check.code
                self.candidates[reason] += count
                self.customers[reason] += 1

    @property
    def excluded(self) -> dict[str, dict[str, int]]:
        """By reason how many candidates, and of how many customers; the most first."""
        told = self.candidates.most_common()
        return {reason: {"candidates": count, "customers": self.customers[reason]} for reason, count in told}
