"""Scores of everybody at once: as frames, into files and tables."""
