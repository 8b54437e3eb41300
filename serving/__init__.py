"""What is best done for this customer now? Scores, decisions, the HTTP service."""

from serving.scoring.batch import BatchReport, score_batch, scores

SERVICE = "serving.http.service:Stamkund"  # by which BentoML finds the service

__all__ = ["SERVICE", "BatchReport", "score_batch", "scores"]
