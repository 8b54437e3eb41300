"""Candidates that people keep beside those of files: every version, who made it and when."""
