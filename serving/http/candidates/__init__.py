"""Candidates over HTTP: kept, changed, paused, taken away, each version with who made it."""
