"""The gate: no model is used unless enough was there to learn from, it beats the best rule, and means what it says."""

from __future__ import annotations

from dataclasses import dataclass

from features.arrays import Floats, Texts
from features.config.sections.targets import Gate
from features.units import DAY
from training.metrics.amounts import normalised_gini
from training.metrics.bootstrap import level_interval, share_better
from training.metrics.probability import auc, calibration_slope
from training.targets import Target


@dataclass(frozen=True)
class Refusal:
    """Why a model may not be used: a stable code, and what came, what is needed, what to do."""

    code: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: refusals, none when it passed; how sure the advantage is; spread and level of the scores.

    ``level`` is the total of the scores over that of the outcomes, ``level_between`` its 90 % interval.
    """

    refusals: tuple[Refusal, ...] = ()
    confidence: float | None = None
    slope: float | None = None
    level: float | None = None
    level_between: tuple[float, float] | None = None

    @property
    def passed(self) -> bool:
        """Whether the model may be used."""
        return not self.refusals


@dataclass(frozen=True)
class Evidence:
    """Rows that were not learnt from: what came true, the model's scores, and those of the best rule, one entry a row.

    ``rule_column`` is the column of a table that the rule reads, if it reads one.
    """

    y: Floats
    scores: Floats
    customers: Texts
    rule: str | None = None
    rule_scores: Floats | None = None
    rule_column: str | None = None


def data_refusals(target: Target, gate: Gate, *, outcomes: int, history_us: int, customers: int) -> list[Refusal]:
    """Refusals for too little data."""
    refusals = []
    if not target.from_table and history_us < gate.horizons * target.horizon_us:
        days, least = history_us / DAY, gate.horizons * target.horizon_us / DAY
        text = (
            f"'{target.name}' has {days:.0f} days of history up to as_of, and needs {least:.0f} ({gate.horizons} "
            "horizons). Add older events, shorten the target's horizon, or train again later."
        )
        refusals.append(Refusal("too_little_history", text))
    if outcomes < gate.outcomes:
        noun = "amounts above 0" if target.score_kind == "amount" else "outcomes of the rarer class"
        text = (
            f"'{target.name}' has {outcomes} {noun} among {customers} customers known at as_of, and needs "
            f"{gate.outcomes}. Add customers or history, or declare a target that happens more often."
        )
        refusals.append(Refusal("too_few_outcomes", text))
    return refusals


def check_evidence(target: Target, gate: Gate, evidence: Evidence) -> Verdict:
    """The verdict on out-of-time scores beside the best rule's scores of the same rows."""
    confidence = advantage(target, evidence)
    slope = calibration_slope(evidence.y, evidence.scores) if target.score_kind == "probability" else None
    total = float(evidence.y.sum())
    level = float(evidence.scores.sum()) / total if total > 0 else None
    between = level_interval(evidence.y, evidence.scores, evidence.customers) if level is not None else None
    found = (
        _leak_refusal(target, gate, evidence) if target.from_table else None,
        _order_refusal(target, gate, evidence, confidence),
        _slope_refusal(target, gate, slope),
        # Contacts come by campaigns, whose levels differ: drawing customers anew does not tell by how much.
        _level_refusal(target, gate, level, between) if target.settled_together else None,
    )
    return Verdict(tuple(refusal for refusal in found if refusal), confidence, slope, level, between)


def _order_refusal(target: Target, gate: Gate, evidence: Evidence, confidence: float | None) -> Refusal | None:
    """A model that does not order customers better than a rule that anyone can follow."""
    if confidence is None:
        text = (
            f"'{target.name}' has no rule to be compared with: none of the features that a rule would use is in the "
            f"feature set. Rebuild with `stamkund build --refit`, so that it has features of '{target.event}'."
        )
        return Refusal("no_rule", text)
    if confidence >= gate.confidence:
        return None
    text = (
        f"'{target.name}' beats the rule '{evidence.rule}' in {confidence:.0%} of resamples of the last labelled "
        f"customers, and needs {gate.confidence:.0%}. Use the rule, or add history or features."
    )
    return Refusal("not_better_than_rule", text)


def _leak_refusal(target: Target, gate: Gate, evidence: Evidence) -> Refusal | None:
    """An outcome that is told so well that a column must hold it already."""
    quality, figure = (normalised_gini, "normalised Gini") if target.score_kind == "amount" else (auc, "AUC")
    model = quality(evidence.y, evidence.scores)
    alone = float("nan") if evidence.rule_scores is None else quality(evidence.y, evidence.rule_scores)
    if not max(model, alone) >= gate.leak:
        return None
    text = (
        f"'{target.name}' is told too well to be believed: {figure} {model:.3f}, from {gate.leak} on (gate.leak) it is "
        f"refused. Of the columns '{evidence.rule_column}' tells most, alone {alone:.3f}. If it is only known with the "
        f"outcome, say `leave_out: [{evidence.rule_column}]` in the target and train again; if all is right, "
        f"`stamkund models promote {target.name} VERSION --override REASON`."
    )
    return Refusal("leak", text)


def _slope_refusal(target: Target, gate: Gate, slope: float | None) -> Refusal | None:
    """Probabilities whose spread is wrong; those that run the wrong way are called so."""
    low, high = gate.slope
    if slope is None or low <= slope <= high:
        return None
    if slope < 0:
        text = (
            f"'{target.name}' has a calibration slope of {slope:.2f} on the last labelled customers: who got a "
            "higher score did so less often. What held before has turned round; look for a source that changed, or "
            "train again later."
        )
        return Refusal("reversed", text)
    text = (
        f"'{target.name}' has a calibration slope of {slope:.2f} on the last labelled customers, and needs {low} "
        f"to {high}. Its scores are too {'extreme' if slope < low else 'timid'}: customers have changed, or there "
        "are too few of them; add history or train again later."
    )
    return Refusal("not_calibrated", text)


def _level_refusal(
    target: Target, gate: Gate, level: float | None, between: tuple[float, float] | None
) -> Refusal | None:
    """Scores that are too high or too low in all, by more than is allowed and than chance explains."""
    if level is None or between is None or abs(level - 1) <= gate.level or between[0] <= 1 <= between[1]:
        return None
    text = (
        f"'{target.name}' has scores that are {abs(level - 1):.0%} too {'high' if level > 1 else 'low'} in all on the "
        f"last labelled customers (90 % interval of the ratio: {between[0]:.2f} to {between[1]:.2f}), and may be off "
        f"by {gate.level:.0%}. What customers do in all has changed; train again when the change is in the history."
    )
    return Refusal("wrong_level", text)


def advantage(target: Target, evidence: Evidence) -> float | None:
    """The share of resamples in which the model beats the rule; None without a rule."""
    if evidence.rule_scores is None:
        return None
    return share_better(target.score_kind, evidence.y, evidence.scores, evidence.rule_scores, evidence.customers)
