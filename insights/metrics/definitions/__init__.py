"""Metrics as they are declared: of events, or calculated from others."""
