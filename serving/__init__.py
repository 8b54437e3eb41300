"""What is best done for this customer now? Scores, decisions, the HTTP service."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serving.decisions.effects import effects
    from serving.decisions.outcomes import outcomes
    from serving.scoring.batches.batch import BatchReport, score_batch, scores

SERVICE = "serving.http.service:Stamkund"  # by which BentoML finds the service

__all__ = ["SERVICE", "BatchReport", "effects", "outcomes", "score_batch", "scores"]


def __getattr__(name: str) -> object:
    """What scores is imported when it is asked for: that takes seconds, and `stamkund --help` answers at once."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from serving.decisions import effects, outcomes  # noqa: PLC0415
    from serving.scoring.batches import batch  # noqa: PLC0415

    return getattr({"effects": effects, "outcomes": outcomes}.get(name, batch), name)
