"""What will this customer do? Targets, models, gates, registry.

For notebooks: a ``training_table`` as a frame, ``folds`` that walk forward in time, ``figures`` of scores and the
gate's verdict on them (``judge``); ``train`` with our learners or an estimator of one's own, and ``evaluate`` on what
came true later; of what is registered the ``model``, its ``report`` and the ``reasons`` for its scores.
``docs/python.md`` goes through them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.explanation import model, reasons, report
    from training.learners.model import Model
    from training.tables import folds, training_table
    from training.trainer import train
    from training.trial import figures, judge
    from training.verdict.evaluate import evaluate
    from training.verdict.gate import Verdict
    from training.verdict.report import TrainingReport

_HOMES = {
    "explanation": ("model", "reasons", "report"),
    "learners.model": ("Model",),
    "tables": ("folds", "training_table"),
    "trainer": ("train",),
    "trial": ("figures", "judge"),
    "verdict.evaluate": ("evaluate",),
    "verdict.gate": ("Verdict",),
    "verdict.report": ("TrainingReport",),
}

__all__ = [
    "Model",
    "TrainingReport",
    "Verdict",
    "evaluate",
    "figures",
    "folds",
    "judge",
    "model",
    "reasons",
    "report",
    "train",
    "training_table",
]


def __getattr__(name: str) -> object:
    """A name is imported when it is asked for: models take seconds to import, and `stamkund --help` answers at once."""
    from importlib import import_module  # noqa: PLC0415 - no name of the package

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
