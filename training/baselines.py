"""The rules a model must beat: single features that anyone could act on without a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.defaults import NOUNS
from features.units import DAY
from training.metrics import auc
from training.targets import Target

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """A feature, and what to multiply it by: −1 where less means more, a ratio of windows for amounts."""

    feature: str
    factor: float = 1.0

    @property
    def name(self) -> str:
        """How reports call it.

        >>> Rule("orders_56d", -1.0).name, Rule("spend_84d").name
        ('-orders_56d', 'spend_84d')
        """
        return f"-{self.feature}" if self.factor < 0 else self.feature

    def scores(self, x: Floats, names: Sequence[str]) -> Floats:
        """The rule's score of each row; a missing value counts as 0 times."""
        return np.nan_to_num(x[:, list(names).index(self.feature)]) * self.factor


def rules_of(target: Target, names: Sequence[str]) -> list[Rule]:
    """A target's rules, those whose feature is among ``names``.

    >>> lapse = Target("lapse", "lapse", event="order", response=None, horizon_us=28 * DAY, active_us=56 * DAY)
    >>> [rule.name for rule in rules_of(lapse, ["orders_56d", "days_since_last_order"])]
    ['-orders_56d', 'days_since_last_order']
    """
    return [rule for rule in _candidates(target) if rule.feature in names]


def _candidates(target: Target) -> list[Rule]:
    active, horizon = target.active_us // DAY, target.horizon_us // DAY
    if target.type == "spend":
        return [Rule(f"spend_{horizon}d"), Rule("spend_90d", horizon / 90)]
    if target.type == "redemption":
        response = target.response or ""
        noun = NOUNS.get(response, f"{response}_count")
        return [Rule("coupon_applied_count_all"), Rule(f"{noun}_all"), Rule(f"{noun}_per_{target.event}")]
    noun = "orders" if target.event == "order" else NOUNS.get(target.event, f"{target.event}_count")
    return [
        *(Rule(f"{noun}_{days}d", -1.0) for days in sorted({active, 28, 56, 90})),
        Rule(f"{noun}_all", -1.0),
        Rule(f"days_since_last_{target.event}"),
        Rule("recency_over_gap_all"),
    ]


def rule_scores(target: Target, names: Sequence[str], x: Floats) -> dict[str, Floats]:
    """Each rule's scores of some rows, by the rule's name."""
    return {rule.name: rule.scores(x, names) for rule in rules_of(target, names)}


def best_rule(target: Target, y: Floats, scores: Mapping[str, Floats]) -> str | None:
    """The rule that does best on these very rows: the hardest one to beat."""
    if not scores:
        return None
    return max(
        scores, key=lambda name: -np.abs(y - scores[name]).mean() if target.kind == "amount" else auc(y, scores[name])
    )
