"""Metrics that are calculated from others."""
