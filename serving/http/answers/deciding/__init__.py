"""Answers to requests for decisions, one at a time."""
