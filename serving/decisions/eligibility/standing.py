"""What holds of a candidate and a person whatever is declared: validity, membership, and what was redeemed."""

from __future__ import annotations

import numpy as np

from serving.decisions.candidates.candidates import Candidates
from serving.decisions.eligibility.checks import Failing
from serving.decisions.facts.facts import Facts


def mark_standing(failing: Failing, candidates: Candidates, facts: Facts) -> None:
    """Mark what is not valid now, whom a campaign has not reached, what was redeemed."""
    redeemed = np.zeros(len(candidates.offers), dtype=np.bool_)
    redeemed[[place for pair in facts.redemptions for place in candidates.places.get(pair, ())]] = True
    known = facts.campaign_scores.keys() - facts.unreached
    reached = [name is None or name in known for name in candidates.campaigns]
    failing.mark("wrong_channel", ~candidates.on_channel(facts.channel))
    failing.mark("paused", candidates.is_paused)
    failing.mark("expired", candidates.ends < facts.as_of)
    failing.mark("not_started", candidates.starts > facts.as_of)
    failing.mark("not_contacted", ~(np.array(reached, dtype=np.bool_)[candidates.group] | candidates.is_open))
    failing.mark("already_redeemed", redeemed)
