"""Which targets can be learnt from a lake, by the counts that the gate will judge by, before anything is fitted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from math import sqrt

import numpy as np
import polars as pl

from features.arrays import Floats
from features.config.sections.targets.targets import Gate, LapseSettings, Training
from features.config.settings import Settings
from features.doctor import Prospect
from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper
from features.profiles.consent import gatekeeper_of
from features.units import DAY
from training.targets import Target, target_of, targets_of, usual_targets
from training.targets.populations.lacking import absent_kinds, unknown_word
from training.verdict.gate import data_refusals
from training.walk.dataset import Dataset
from training.walk.rows import history_start, training_rows
from training.walk.sample import Sample
from training.walk.walk_forward import block_start, outcome_count

ROOM = 10  # times the outcomes: no target has so many rows beside them
PLENTY = 5  # times the gate's outcomes: with fewer, a model is possible but its figures are wide
ASSUMED_AUC = 0.8
_TWO_SIDED_90 = 1.645


def prospects(lake: Lake, settings: Settings, *, as_of: int) -> Sequence[Prospect]:
    """A prospect for each declared target, and each other that could be learnt; for all usual ones if none is."""
    events = known_events(customer_events_at(lake, as_of=as_of), as_of)
    counts = events.group_by("kind").agg(pl.len().alias("events")).sort("events", "kind", descending=[True, False])
    kinds = counts.collect()["kind"].to_list()
    declared = targets_of(settings)
    first = history_start(lake, as_of=as_of)
    outlook_of = partial(prospect, lake, kinds=kinds, gate=settings.gate, first=first, as_of=as_of)
    outlook_of = partial(outlook_of, most=settings.training.rows)
    outlook_of = partial(outlook_of, keeper=gatekeeper_of(settings, lake))
    answers = [outlook_of(target) for target in declared.values()]
    for target in undeclared(kinds, declared.values()):
        answer = outlook_of(target, declared=False)
        if answer.outlook != "not possible" or not declared:
            answers.append(answer)
    return answers


def undeclared(kinds: Sequence[str], declared: Collection[Target]) -> Iterator[Target]:
    """Targets of usual shape that the settings lack and whose ``kinds`` of events, the commonest first, are there.

    Without orders, whether customers go on doing what they do most may be asked.
    """
    shapes = {(target.type, target.event) for target in declared}
    for target in usual_targets():
        if (target.type, target.event) not in shapes and not absent_kinds(target, kinds):
            yield target
    if kinds and "order" not in kinds and ("lapse", kinds[0]) not in shapes:
        yield target_of("lapse", LapseSettings(type="lapse", event=kinds[0]))


def prospect(
    lake: Lake,
    target: Target,
    kinds: Sequence[str],
    gate: Gate,
    *,
    first: int,
    as_of: int,
    most: int = Training().rows,
    declared: bool = True,
    keeper: Gatekeeper | None = None,
) -> Prospect:
    """Whether this target can be learnt, with the numbers that say so."""
    absent = absent_kinds(target, kinds)
    if absent:
        present = f"the data has {', '.join(sorted(kinds))}" if kinds else "the data has none of a known customer"
        text = f"{target.description} It needs events of the kind {' and '.join(absent)}; {present}."
        return Prospect(target.name, "not possible", text, declared, "Map such a source, or take the target out.")
    unknown = unknown_word(target, lake)
    if unknown is not None:
        text = f"{target.description} {unknown}"
        return Prospect(target.name, "not possible", text, declared, "Say a word that the events hold.")
    rows = known_outcomes(lake, target, first=first, as_of=as_of, most=most, keeper=keeper)
    return outlook(target, gate, rows, history_us=as_of - first, declared=declared)


def known_outcomes(
    lake: Lake,
    target: Target,
    *,
    first: int,
    as_of: int,
    most: int = Training().rows,
    keeper: Gatekeeper | None = None,
) -> Dataset:
    """The outcomes that training will count at ``as_of``, of the sample that it draws, without their features."""
    outcomes = _sampled(lake, target, first=first, as_of=as_of, most=most, keeper=keeper)
    return Dataset(
        x=np.empty((outcomes.height, 0)),
        y=outcomes["y"].to_numpy().astype(np.float64),
        as_of=outcomes["as_of"].to_numpy(),
        known_at=outcomes["known_at"].to_numpy(),
        customers=np.array(outcomes["customer_id"].to_list(), dtype=np.str_),
        fresh=np.ones(outcomes.height, dtype=np.bool_),
        timeless=target.from_table and outcomes["as_of"].n_unique() == 1,
        treated=outcomes["treated"].to_numpy() if "treated" in outcomes.columns else None,
    )


def _sampled(
    lake: Lake, target: Target, *, first: int, as_of: int, most: int, keeper: Gatekeeper | None
) -> pl.DataFrame:
    """The rows that count as outcomes among those that a training draws.

    All others, which come after them, only take room: where there is plenty, they are not looked at.
    """
    sample = Sample(most, (*target.entity, "as_of", "fresh"))
    for rows in training_rows(lake, target, first=first, as_of=as_of, keeper=keeper):
        if sample.found * ROOM <= most and not rows["fresh"].all():
            break
        sample.add(rows.filter(pl.col("known_at") <= as_of))
    return sample.rows().filter("fresh").sort("as_of", *reversed(target.entity))


def outlook(target: Target, gate: Gate, rows: Dataset, *, history_us: int, declared: bool = True) -> Prospect:
    """The prospect that known outcomes make."""
    count, customers = outcome_count(rows, target.score_kind), len(np.unique(rows.customers))
    refusals = data_refusals(target, gate, outcomes=count, history_us=history_us, customers=customers)
    text = f"{target.description} {_counts(target, rows)}"
    if refusals:
        needs = " ".join(_needs(target, gate, count=count, history_us=history_us))
        return Prospect(target.name, "not possible", f"{text} {needs}", declared, _step(refusals[0].code))
    start = 0 if rows.timeless else block_start(rows, target.score_kind, outcomes=max(gate.outcomes // 2, 1))
    if start is None and rows.treated is not None:
        start = 0  # tried on random parts then
    if start is None:
        needs = "They lie too close together in time to learn from the earlier ones and test on the later ones."
        return Prospect(target.name, "not possible", f"{text} {needs}", declared, "Add older events, or wait.")
    text = f"{text} {_precision(target, rows.where(rows.as_of >= start))}"
    event = "" if target.event in {"order", "contact"} else f", event: {target.event}"
    step = None if declared else f"Declare it: `{target.name}: {{type: {target.type}{event}}}` under `targets:`."
    few = count < PLENTY * gate.outcomes
    return Prospect(target.name, "few outcomes" if few else "possible", text, declared, step)


def _counts(target: Target, rows: Dataset) -> str:
    moments, positive = len(np.unique(rows.as_of)), int(np.sum(rows.y > 0))
    yes, no = ("with an amount", "without") if target.score_kind == "amount" else ("yes", "no")
    times = f"{moments} past moment{'' if moments == 1 else 's'}"
    if rows.treated is not None:
        arms = (f"{len(own):,} {arm}, {int(np.sum(own > 0)):,} with an outcome" for arm, own in _arms(rows))
        return f"Seen at {times}: {'; '.join(arms)}."
    return f"Seen at {times}: {positive:,} {yes}, {len(rows) - positive:,} {no}."


def _needs(target: Target, gate: Gate, *, count: int, history_us: int) -> Iterator[str]:
    least = gate.horizons * target.horizon_us
    if history_us < least and not target.from_table:
        yield f"It needs {least // DAY} days of history, and there are {history_us // DAY}."
    if count < gate.outcomes:
        noun = {"amount": "amounts", "uplift": "outcomes in each arm"}.get(target.score_kind, "of each")
        yield f"It needs {gate.outcomes:,} {noun}, and there are {count:,}."


def _step(code: str) -> str:
    if code == "too_little_history":
        return "Add older events, shorten the horizon, or come back later."
    return "Add customers or history, or predict something that happens more often."


def _precision(target: Target, test: Dataset) -> str:
    """How well a model's quality can be told from the latest outcomes, those that it will be tested on."""
    if test.treated is not None:
        width = _TWO_SIDED_90 * sqrt(sum(float(own.var()) / len(own) for _, own in _arms(test)))
        return f"Tested on {_which(test)}, the mean effect can be told to ±{width:.2g}."
    if target.score_kind == "amount":
        width = _TWO_SIDED_90 * float(test.y.std()) / (abs(float(test.y.mean())) or 1.0) / sqrt(len(test))
        return f"Tested on {_which(test)}, their average can be told to ±{max(width, 0.01):.0%}."
    positive = int(np.sum(test.y > 0))
    width = _TWO_SIDED_90 * auc_error(ASSUMED_AUC, positive, len(test) - positive)
    return f"Tested on {_which(test)}, a model's AUC can be told to ±{max(width, 0.01):.2f}."


def _arms(rows: Dataset) -> Iterator[tuple[str, Floats]]:
    """The outcomes of each arm."""
    treated = np.zeros(len(rows), dtype=np.bool_) if rows.treated is None else rows.treated
    yield "treated", rows.y[treated]
    yield "not treated", rows.y[~treated]


def _which(test: Dataset) -> str:
    """The rows of a test, in words."""
    return f"the latest {len(test):,}" if not test.timeless else f"random parts of all {len(test):,}"


def auc_error(auc: float, positive: int, negative: int) -> float:
    """The standard error of an AUC: Hanley & McNeil (1982), equation 1, with Q1 and Q2 of equation 2.

    >>> f"{auc_error(0.8, 100, 1000):.4f}"
    '0.0272'
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positive - 1) * (q1 - auc**2) + (negative - 1) * (q2 - auc**2)
    return sqrt(spread / (positive * negative))
