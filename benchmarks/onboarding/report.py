"""What the benchmark prints for people: a table of groups of sets, and each set that went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from benchmarks.onboarding.figures import asked, built, has_remedy, silently_wrong
from benchmarks.onboarding.trial import Trial

GROUPS = {"languages": "in nine languages", "handmade": "kept by hand"}
FAULTS = {"silently wrong": silently_wrong, "asked": asked, "refused with a remedy": has_remedy}


def group(trial: Trial) -> str:
    """The group of a set.

    >>> group(Trial("languages/sv/orders/excel", False, (), (), None, (), 0, ""))
    'in nine languages'
    """
    return "unseen" if trial.unseen else GROUPS.get(trial.name.split("/")[0], "of known systems")


def group_table(trials: Sequence[Trial]) -> Table:
    """How many sets of each group came out how; one that is right counts as that, whatever was asked."""
    table = Table("files", "sets", "right", "asked", "silently wrong", "refused", "else")
    for name in dict.fromkeys(map(group, trials)):
        faults = [fault(trial) for trial in trials if group(trial) == name]
        counts = [faults.count(one) for one in ("", *FAULTS)]
        right, silent, was_asked, refused = counts
        rest = len(faults) - sum(counts)
        table.add_row(name, *map(str, (len(faults), right, was_asked, silent, refused, rest)))
    return table


def fault(trial: Trial) -> str:
    """In one word what went wrong; empty when the set is right, or, where it leaves something open, was asked about."""
    if built(trial) and (asked(trial) or not trial.ambiguous):
        return ""
    return next((name for name, holds in FAULTS.items() if holds(trial)), "wrong")


def lines(trials: Sequence[Trial]) -> list[str]:
    """Of each set that went wrong: what came, what is right, what was asked."""
    return [line for trial in trials if fault(trial) for line in _lines(trial)]


def _lines(trial: Trial) -> list[str]:
    about = ", ".join(trial.differences) or f"not asked: {', '.join(trial.ambiguous)}"
    came = trial.error.splitlines()[-1][:300] if trial.error else str(trial.came)
    questions = f"   asked: {', '.join(sorted(set(trial.questions)))}" if trial.questions else ""
    told = [f"{trial.name}: {fault(trial)} ({about})", f"   came:  {came}", f"   right: {trial.right[0]}"]
    return [*told, *([questions] * bool(questions))]
