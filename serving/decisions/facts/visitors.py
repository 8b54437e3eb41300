"""Somebody of whom nothing is known: what the request tells, and the usual chance of everything."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.evaluate.online.record import Record
from features.language.rules.evaluate import MISSING, Cell
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.facts.customers import Situation, base_score
from serving.decisions.facts.facts import Facts
from serving.decisions.facts.known import Known
from serving.decisions.facts.values import Values
from serving.scoring.lineup import Lineup
from serving.scoring.rows.pairs import Pairs

OF_A_CUSTOMER: Final = frozenset({"features", "traits", "scores", "journeys", "percentiles"})


def facts_of_visitor(
    lineup: Lineup, candidates: Candidates, *, as_of: int, situation: Situation, usual: float | None
) -> Facts:
    """The facts of a visitor; what rules ask of a customer is missing, and no campaign has reached them."""
    nobody = Known(lineup, [Record.of(())], [Pairs.none()], as_of, usual)
    values = Values(nobody, 0, situation.consent, situation.context, situation.timezone, situation.names)

    def read(name: str) -> Cell:
        space, _, own = name.partition(".")
        if space == "segments":
            return situation.segmentation.segments[own](read)
        return MISSING if space in OF_A_CUSTOMER else values(name)

    nothing = np.zeros(len(candidates.offers))
    base, channel = base_score(nobody), situation.channel
    return Facts(as_of, frozenset(), nothing, {}, lambda _: (), base, read=read, channel=channel, is_known=False)
