"""What is best done for this customer now? Scores, decisions, the HTTP service."""

from serving.scoring.batch import BatchReport, score_batch, scores

__all__ = ["BatchReport", "score_batch", "scores"]
