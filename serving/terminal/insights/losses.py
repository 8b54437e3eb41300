"""What is lost, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.texts.catalogue import figure_in, text
from insights.loss.untold import why_untold
from insights.words import Words

Json = Mapping[str, Any]


def loss_in_words(loss: Json, of: str, currency: str, language: str, **where: str) -> str:
    """What is lost at a step (``of`` journeys) or stage, or why that is not told."""
    if loss["refusal"] is not None:
        why = why_untold(loss["refusal"], loss["params"], Words(language))
        return text(f"{of}.no_loss", language, why=why, **where)
    names = ("lost", "lost_low", "lost_high", "gross", "anyway", "point")
    amounts = {name: figure_in(language, f"{loss[name]:,.0f}") for name in names}
    counts = {name: figure_in(language, f"{loss[name]:,}") for name in ("went", "dropped")}
    return text(f"{of}.loss", language, currency=currency, **amounts, **counts, **where)
