"""The walk through time that turns a dataset into a model and the evidence for it.

At a moment T only rows whose labels were known by T exist. They are cut at two moments, ``early`` < ``late``:

1. every learner learns from what was known at ``early`` and scores the rows from ``early`` on that were known by
   ``late``; on these the race is run (:mod:`training.walk.race`), and the spread of the winner's scores is calibrated;
2. the winner learns from what was known at ``late`` and scores the rows from ``late`` on: with the spread of step 1,
   brought to the level that was forecast at ``late``, this is the evidence that the gate judges;
3. the winner learns from everything known at T; the spread is calibrated on the scores of step 2, and the level is that
   forecast at T (:mod:`training.level`) for the customers of T.

A model of a moment learns from past rows in that moment's terms (:meth:`Dataset.aligned_to`); amounts are learnt
relative to their own moment's mean. Rows that have moments of their own, such as contacts, have no level to forecast:
theirs comes from the block that the spread comes from.

So no score that is judged or calibrated on comes from a model that had seen its moment. The cuts are the latest ones
that leave enough outcomes in each block. Without enough for step 1 the trees run alone, and the gate judges their
scores with the spread they have.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Mask
from training.learners.blend import LEARNERS, Blend
from training.learners.calibration import BLOCK_PRIOR, Platt, fit_platt
from training.learners.scorer import Learner, Scorer
from training.learners.trees import THREADS
from training.level.forecast import Forecast, forecast
from training.level.history import unlinked
from training.targets import ScoreKind
from training.walk.dataset import Dataset
from training.walk.race import Entry, run_race, winner
from training.walk.ranges import Ranges, ranges

WORKERS = 3
RACE = 4  # times the outcomes of a test: what is chosen from must tell learners apart that are nearly as good
TINY = 1e-9  # no amount at all, where a logarithm is taken
ALL = tuple(LEARNERS.values())
QUICK = (LEARNERS["trees"],)  # the one learner of a quick training


@dataclass(frozen=True)
class WalkForward:
    """The final blend and calibration, and beside them the test: out-of-time rows from ``test_start`` on, scored.

    ``race`` is empty where nothing could be compared; ``level`` is the forecast for the customers of T, if any;
    ``ranges`` are those of amounts. ``folds`` is the number of random parts of customers that the test was made of,
    where all outcomes are of one moment (:mod:`training.walk.folds`), else 0. ``response``, of an uplift, are scores by
    a model of the outcome of the treated.
    """

    scorer: Blend
    calibration: Platt
    test: Dataset
    test_scores: Floats
    test_start: int
    race: Sequence[Entry] = ()
    level: Forecast | None = None
    ranges: Ranges | None = None
    folds: int = 0
    response: Floats | None = None


def block_start(rows: Dataset, score_kind: ScoreKind, *, outcomes: int) -> int | None:
    """The latest moment from which on the rows hold that many of each class (of amounts above 0), or None.

    There must be half as many known before it, and at least one, to learn from.
    """
    moments, classes = np.unique(rows.as_of), _classes(rows, score_kind)
    begun, known = ([np.sort(times[each]) for each in classes] for times in (rows.as_of, rows.known_at))
    within = np.min([len(each) - np.searchsorted(each, moments, side="left") for each in begun], axis=0)
    before = np.min([np.searchsorted(each, moments, side="right") for each in known], axis=0)
    enough = np.flatnonzero(within >= outcomes)
    latest = int(enough[-1]) if len(enough) else None
    return None if latest is None or before[latest] < max(outcomes // 2, 1) else int(moments[latest])


def outcome_count(rows: Dataset, score_kind: ScoreKind) -> int:
    """The number of outcomes of the rarer class; of amounts, those above 0."""
    return min(int(each.sum()) for each in _classes(rows, score_kind))


def _classes(rows: Dataset, score_kind: ScoreKind) -> list[Mask]:
    """Which rows are outcomes, by class: of amounts those above 0 alone, of an uplift those of each arm."""
    some = rows.y > 0
    if rows.treated is not None:
        return [some & rows.treated, some & ~rows.treated]
    return [rows.fresh & some] if score_kind == "amount" else [rows.fresh & some, rows.fresh & ~some]


def walk_forward(
    rows: Dataset, score_kind: ScoreKind, *, as_of: int, outcomes: int, learners: Sequence[Learner] = ALL
) -> WalkForward | None:
    """The protocol above on rows known by ``as_of``; None when no block holds that many outcomes."""
    usable = rows.known_by(as_of)
    late = block_start(usable, score_kind, outcomes=outcomes)
    if late is None:
        return None
    early = _early(usable.known_by(late), score_kind, outcomes)
    learners = able(learners, rows, [late if early is None else early, late, as_of])
    with ThreadPoolExecutor(WORKERS) as pool:  # models that do not need each other
        between = pool.submit(ranges, rows, early=early, late=late, as_of=as_of) if score_kind == "amount" else None
        raced = pool.submit(_race, rows, early, late, score_kind, learners=learners)
        chosen = _chosen(raced, learners)
        final = pool.submit(_fit, rows, chosen, score_kind, at=as_of)
        then = _fit(rows, chosen, score_kind, at=late)
        block = usable.where(usable.as_of >= late)
        raw = then.raw(block.x, num_threads=THREADS)
        race, spread = raced.result()
        judged = _at_level(spread, then, rows, score_kind, at=late)
        found, level = _spread(raw, block, score_kind), _forecast(rows, as_of)
        scorer = final.result()
        told = between.result() if between else None
    calibration = _at_level(found, scorer, rows, score_kind, at=as_of)
    return WalkForward(scorer, calibration, block, judged.apply(raw, score_kind), late, race, level, told)


def _early(past: Dataset, score_kind: ScoreKind, outcomes: int) -> int | None:
    """Where the block before the test begins: with many outcomes, or with enough; None without."""
    starts = (block_start(past, score_kind, outcomes=least) for least in (RACE * outcomes, outcomes))
    return next((start for start in starts if start is not None), None)


def _race(
    rows: Dataset, early: int | None, late: int, score_kind: ScoreKind, *, learners: Sequence[Learner]
) -> tuple[list[Entry], Platt]:
    """The race of what could be compared at ``late``, and the spread of the winner's scores; without any, (1, 0)."""
    if early is None:
        return [], Platt()
    past = rows.known_by(late)
    block = past.where(past.as_of >= early)
    fitted = _fit(rows, learners, score_kind, at=early)
    raw = {name: scorer.raw(block.x, num_threads=THREADS) for name, scorer in fitted.members.items()}
    race = run_race(raw, block.y, block.customers, score_kind)
    best = np.mean([raw[name] for name in winner(race).learners], axis=0)
    return race, _spread(best, block, score_kind)


def _spread(raw: Floats, block: Dataset, score_kind: ScoreKind) -> Platt:
    """How scores of a block are to be stretched and shifted; of amounts only shifted, until they add up."""
    if score_kind == "amount":
        return Platt().at_level(raw, max(float(block.y.mean()), TINY), score_kind)
    return fit_platt(raw, block.y, precision=BLOCK_PRIOR)


def _at_level(spread: Platt, scorer: Blend, rows: Dataset, score_kind: ScoreKind, *, at: int) -> Platt:
    """The spread, brought to the level forecast at a moment for the customers of that moment."""
    level, population = _forecast(rows, at), rows.as_of == at
    if level is None or not population.any():
        return spread
    raw = scorer.raw(rows.x[population], num_threads=THREADS)
    return spread.at_level(raw, unlinked(level.value, score_kind), score_kind, absence=rows.absence)


def _forecast(rows: Dataset, at: int) -> Forecast | None:
    return None if rows.history is None else forecast(rows.history, at)


def named(learners: Sequence[Learner], names: Collection[str]) -> Sequence[Learner]:
    """Those of the learners that are called so."""
    return [learner for learner in learners if learner.name in names]


def able(learners: Sequence[Learner], rows: Dataset, moments: Sequence[int]) -> Sequence[Learner]:
    """Those that can learn at all these moments: one by orders where the orders tell something."""
    if not any(learner.by_orders for learner in learners):
        return learners
    told = rows.orders is not None and all(rows.orders.at(moment) for moment in moments)
    return [learner for learner in learners if told or not learner.by_orders]


def _chosen(raced: Future[tuple[list[Entry], Platt]], learners: Sequence[Learner]) -> Sequence[Learner]:
    """Who runs: the winner; the one learner that there is, which waits for no race; or trees where none was run."""
    if len(learners) == 1:
        return learners
    race, _ = raced.result()
    return named(learners, winner(race).learners) if race else QUICK


def _fit(rows: Dataset, learners: Sequence[Learner], score_kind: ScoreKind, *, at: int) -> Blend:
    """What these learners make of what was known at a moment."""
    made = {False: rows.known_by, True: rows.aligned_to}
    past = {aligned: made[aligned](at) for aligned in {learner.aligned for learner in learners}}
    orders = rows.orders.at(at) if rows.orders and any(learner.by_orders for learner in learners) else None

    def fitted(learner: Learner) -> Scorer:
        own = past[learner.aligned]
        labels = own.relative if score_kind == "amount" else own.y
        return learner.fitted(own.x, labels, score_kind, rows.codes, orders)

    return Blend({learner.name: fitted(learner) for learner in learners})
