"""Somebody of whom nothing is known: what the request tells, and the usual chance of everything."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.evaluate.online.record import Record
from features.language.rules.evaluate import MISSING, Cell
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.facts.customers import Situation, base_score
from serving.decisions.facts.facts import Facts
from serving.decisions.facts.values import Values
from serving.scoring.lineup import Lineup

OF_A_CUSTOMER: Final = frozenset({"features", "traits", "scores"})


def facts_of_visitor(
    lineup: Lineup, candidates: Candidates, *, as_of: int, situation: Situation, usual: float | None
) -> Facts:
    """The facts of a visitor; what rules ask of a customer is missing, and no campaign has reached them."""
    values = Values(
        Record.of(()), lineup, np.empty((0, 0)), situation.consent, situation.context, as_of, situation.timezone,
        situation.names, {},
    )  # fmt: skip

    def read(name: str) -> Cell:
        return MISSING if name.partition(".")[0] in OF_A_CUSTOMER else values(name)

    nothing = np.zeros(len(candidates.offers))
    base = base_score(lineup, usual)
    channel = situation.channel
    return Facts(as_of, frozenset(), nothing, {}, lambda _: (), base, read=read, channel=channel, is_known=False)
