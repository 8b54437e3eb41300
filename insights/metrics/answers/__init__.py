"""Scores of survey answers, and how much each answer counts."""
