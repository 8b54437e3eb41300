"""The benchmark's figures: what part of all trials went right, was asked about, or went wrong without a word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from benchmarks.onboarding.trial import Trial

# What a wrong figure is about: questions on one of these topics are right to ask.
TOPICS = {
    "orders": "order_id status kind refund table join unplaced same_as header amount",
    "customers": "customer join table unplaced same_as kind status header",
    "money": "amount number_format currency refund status kind same_as unplaced order_id table",
    "times": "time time_format time_zone unplaced table",
    "kinds": "kind table unplaced outcome status time",
    "build": "unplaced customer time time_format table kind header encoding join",
}
REMEDY = re.compile(
    r"`|--\w+|\b(?:add|choose|declare|give|map|mend|name|put|run|save|say|see|set|use|write)\b", re.IGNORECASE
)


def built(trial: Trial) -> bool:
    """Whether the lake holds what is right."""
    return not trial.differences


def asked(trial: Trial) -> bool:
    """Whether `init` asked about what is open, or about something of what came out wrong."""
    right = set(trial.ambiguous) or {topic for d in trial.differences for topic in TOPICS[d].split()}
    return bool(right & set(trial.questions))


def silently_wrong(trial: Trial) -> bool:
    """Whether both commands were content, nothing was asked, and the lake is wrong."""
    return trial.came is not None and trial.code == 0 and not trial.questions and not built(trial)


def has_remedy(trial: Trial) -> bool:
    """Whether the failing command answered with a code and what to do."""
    coded = re.match(r"(?:init|build): (?:[a-z_]+): .+", trial.error, re.DOTALL)
    return bool(coded) and "crash:" not in trial.error and bool(REMEDY.search(trial.error))


def figures(trials: Sequence[Trial]) -> dict[str, float]:
    """The last line of the benchmark.

    ``built_unaided``: of the sets that leave nothing open, the share whose figures are right. ``asked_right``: of the
    others and of those not built right, the share that has a question on a right topic. ``refused_with_remedy``: of the
    commands that failed, the share with a coded error that says what to do.
    """
    unseen = [trial for trial in trials if trial.unseen]
    unclear = [trial for trial in trials if trial.ambiguous or not built(trial)]
    return {
        "sets": len(trials),
        "built_unaided": _share(built, [trial for trial in trials if not trial.ambiguous]),
        "asked_right": _share(asked, unclear),
        "silently_wrong": sum(map(silently_wrong, trials)),
        "refused_with_remedy": _share(has_remedy, [trial for trial in trials if trial.error]),
        "unseen_built_unaided": _share(built, [trial for trial in unseen if not trial.ambiguous]),
        "unseen_silently_wrong": sum(map(silently_wrong, unseen)),
    }


def _share(holds: Callable[[Trial], bool], trials: Sequence[Trial]) -> float:
    return round(sum(map(holds, trials)) / len(trials), 4) if trials else 1.0
