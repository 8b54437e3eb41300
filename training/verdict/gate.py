"""The gate: no model is used unless enough was there to learn from, it beats the best rule, and means what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from features.arrays import Floats, Mask, Texts
from features.config.sections.targets.targets import Gate
from features.errors import StamkundError
from features.texts.catalogue import sentence
from features.units import DAY
from training.metrics.amounts import normalised_gini
from training.metrics.bootstrap import level_interval, share_better
from training.metrics.probability import auc, calibration_slope
from training.targets import Target


@dataclass(frozen=True)
class Refusal:
    """Why a model may not be used: a stable code, and what came, what is needed, what to do.

    ``params`` are what the sentences of the code are filled with, in any language.
    """

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, /, **params: object) -> Refusal:
        """A refusal in the catalogue's words, under ``refusal.`` and its code.

        >>> Refusal.of("features_fitted_late", target="lapse").message[:53]
        "'lapse' is tested at moments before the features were"
        """
        return cls(code, sentence(f"refusal.{code}", "en", params), params)

    @classmethod
    def by(cls, error: StamkundError) -> Refusal:
        """The refusal that an error makes."""
        return cls(error.code, str(error), error.params)


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

    ``rule_column`` is the column of a table that the rule reads, if it reads one; ``treated``, of an uplift, says in
    which arm each row was, and its rule is a model of the outcome.
    """

    y: Floats
    scores: Floats
    customers: Texts
    rule: str | None = None
    rule_scores: Floats | None = None
    rule_column: str | None = None
    treated: Mask | None = None


def data_refusals(target: Target, gate: Gate, *, outcomes: int, history_us: int, customers: int) -> list[Refusal]:
    """Refusals for too little data."""
    refusals = []
    if not target.from_table and history_us < gate.horizons * target.horizon_us:
        days, least = history_us / DAY, gate.horizons * target.horizon_us / DAY
        told = {"count": round(days), "least": round(least), "horizons": gate.horizons}
        refusals.append(Refusal.of("too_little_history", target=target.name, **told))
    if outcomes < gate.outcomes:
        case = {"amount": {"case": "amounts"}, "uplift": {"case": "arms"}}.get(target.score_kind, {})
        told = {"count": outcomes, "customers": customers, "least": gate.outcomes}
        refusals.append(Refusal.of("too_few_outcomes", target=target.name, **case, **told))
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
        return Refusal.of("no_rule", target=target.name, event=target.event)
    if confidence >= gate.confidence:
        return None
    told = {"confidence": percent(confidence), "least": percent(gate.confidence)}
    return Refusal.of("not_better_than_rule", target=target.name, rule=evidence.rule, **told)


def _leak_refusal(target: Target, gate: Gate, evidence: Evidence) -> Refusal | None:
    """An outcome that is told so well that a column must hold it already."""
    quality, case = (normalised_gini, {"case": "amounts"}) if target.score_kind == "amount" else (auc, {})
    model = quality(evidence.y, evidence.scores)
    alone = float("nan") if evidence.rule_scores is None else quality(evidence.y, evidence.rule_scores)
    if not max(model, alone) >= gate.leak:
        return None
    told = {"figure": round(model, 3), "most": gate.leak, "column": evidence.rule_column}
    return Refusal.of("leak", target=target.name, **case, **told, alone=None if np.isnan(alone) else round(alone, 3))


def _slope_refusal(target: Target, gate: Gate, slope: float | None) -> Refusal | None:
    """Probabilities whose spread is wrong; those that run the wrong way are called so."""
    low, high = gate.slope
    if slope is None or low <= slope <= high:
        return None
    if slope < 0:
        return Refusal.of("reversed", target=target.name, slope=round(slope, 2))
    case = {"case": "extreme" if slope < low else "timid"}
    return Refusal.of("not_calibrated", target=target.name, **case, slope=round(slope, 2), low=low, high=high)


def _level_refusal(
    target: Target, gate: Gate, level: float | None, between: tuple[float, float] | None
) -> Refusal | None:
    """Scores that are too high or too low in all, by more than is allowed and than chance explains."""
    if level is None or between is None or abs(level - 1) <= gate.level or between[0] <= 1 <= between[1]:
        return None
    told = {"off": percent(abs(level - 1)), "low": round(between[0], 2), "high": round(between[1], 2)}
    case = "high" if level > 1 else "low"
    return Refusal.of("wrong_level", target=target.name, case=f"too_{case}", **told, most=percent(gate.level))


def percent(share: float) -> int:
    """A share as whole percent."""
    return round(100 * share)


def advantage(target: Target, evidence: Evidence) -> float | None:
    """The share of resamples in which the model beats the rule; None without a rule."""
    if evidence.rule_scores is None:
        return None
    return share_better(target.score_kind, evidence.y, evidence.scores, evidence.rule_scores, evidence.customers)
