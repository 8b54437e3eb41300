"""The gate: no model is used unless there was enough to learn from, it beats the best rule, and it is calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from features.arrays import Floats, Texts
from features.config.targets import Gate
from features.units import DAY
from training.metrics import calibration_slope
from training.targets.targets import Kind, Target

RESAMPLES = 500


@dataclass(frozen=True)
class Refusal:
    """Why a model may not be used: a stable code, and what came, what is needed, what to do."""

    code: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """What the gate found: the refusals, none when it passed; how sure the advantage is; the calibration's slope."""

    refusals: tuple[Refusal, ...] = ()
    confidence: float | None = None
    slope: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the model may be used."""
        return not self.refusals


@dataclass(frozen=True)
class Evidence:
    """Out-of-time rows: what came true, the model's scores, and those of the best rule, a place a row."""

    y: Floats
    scores: Floats
    customers: Texts
    rule: str | None = None
    rule_scores: Floats | None = None


def enough(target: Target, gate: Gate, *, outcomes: int, history_us: int, customers: int) -> list[Refusal]:
    """Refusals for too little data."""
    refusals = []
    if history_us < gate.horizons * target.horizon_us:
        have, need = history_us / DAY, gate.horizons * target.horizon_us / DAY
        text = (
            f"'{target.name}' has {have:.0f} days of history up to as_of, and needs {need:.0f} ({gate.horizons} "
            "horizons). Add older events, shorten the target's horizon, or train again later."
        )
        refusals.append(Refusal("too_little_history", text))
    if outcomes < gate.outcomes:
        what = "amounts above 0" if target.kind == "amount" else "outcomes of the rarer class"
        text = (
            f"'{target.name}' has {outcomes} {what} among {customers} customers known at as_of, and needs "
            f"{gate.outcomes}. Add customers or history, or declare a target that happens more often."
        )
        refusals.append(Refusal("too_few_outcomes", text))
    return refusals


def judge(target: Target, gate: Gate, evidence: Evidence) -> Verdict:
    """The verdict on out-of-time scores beside the best rule's scores of the same rows."""
    confidence = advantage(target.kind, evidence)
    slope = calibration_slope(evidence.y, evidence.scores) if target.kind == "probability" else None
    refusals = []
    if confidence is None:
        text = (
            f"'{target.name}' has no rule to be compared with: none of the features that a rule would use is in the "
            f"feature set. Rebuild with `stamkund build --refit`, so that it has features of '{target.event}'."
        )
        refusals.append(Refusal("no_rule", text))
    if confidence is not None and confidence < gate.confidence:
        text = (
            f"'{target.name}' beats the rule '{evidence.rule}' in {confidence:.0%} of resamples of the last labelled "
            f"customers, and needs {gate.confidence:.0%}. Use the rule, or add history or features."
        )
        refusals.append(Refusal("not_better_than_rule", text))
    low, high = gate.slope
    if slope is not None and not low <= slope <= high:
        text = (
            f"'{target.name}' has a calibration slope of {slope:.2f} on the last labelled customers, and needs {low} "
            f"to {high}. Its scores are too {'extreme' if slope < low else 'timid'}: customers have changed, or there "
            "are too few of them; add history or train again later."
        )
        refusals.append(Refusal("not_calibrated", text))
    return Verdict(tuple(refusals), confidence, slope)


def advantage(kind: Kind, evidence: Evidence) -> float | None:
    """The share of resamples of customers in which the model beats the rule: by AUC, for amounts by MAE.

    None without a rule.
    """
    if evidence.rule_scores is None:
        return None
    weights = _resamples(evidence.customers)
    quality = _mean_closeness if kind == "amount" else weighted_auc
    ahead = quality(evidence.y, evidence.scores, weights) > quality(evidence.y, evidence.rule_scores, weights)
    return float(ahead.mean())


def _resamples(customers: Texts) -> Floats:
    """``[resample, row]``: how often each row is drawn when whole customers are."""
    _, place = np.unique(customers, return_inverse=True)
    count = int(place.max()) + 1
    drawn = np.random.default_rng(7).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    return np.asarray(drawn[:, place], dtype=np.float64)


def _mean_closeness(y: Floats, scores: Floats, weights: Floats) -> Floats:
    """Minus the mean absolute error of each resample."""
    return np.asarray(-(weights @ np.abs(y - scores)) / weights.sum(axis=1))


def weighted_auc(y: Floats, scores: Floats, weights: Floats) -> Floats:
    """The AUC of each resample; ties count half. Fawcett (2006), section 7, with weights."""
    place = rankdata(scores, method="dense").astype(np.int64) - 1
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(place.max() + 1))
    positive = np.add.reduceat((weights * y)[:, order], starts, axis=1)
    negative = np.add.reduceat((weights * (1 - y))[:, order], starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    return np.asarray((positive * below).sum(axis=1) / np.where(pairs > 0, pairs, np.nan))
