"""Findings: what an examination reports, in plain words."""
