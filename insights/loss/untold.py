"""Why no loss is told, in words."""

from __future__ import annotations

from collections.abc import Mapping

from insights.words import Words


def why_untold(code: str, params: Mapping[str, float], words: Words) -> str:
    """The text of a refusal: counts of people as whole numbers, parts of them as shares.

    >>> why_untold("loss_no_overlap", {"outside": 0.053, "allowed": 0.05}, Words("en")).split()[:5]
    ['not', 'told:', '5.3', '%', 'of']
    """
    shares = ("outside", "allowed")
    told = {name: words.share(value) if name in shares else words.count(value) for name, value in params.items()}
    return words.say(f"loss.{code}", **told)
