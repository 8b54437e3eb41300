"""Segments: customers for whom a rule holds, counted while it is written, at any moment, and as a history."""
