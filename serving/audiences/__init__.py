"""Segments written elsewhere: to files, to tables, to whoever listens."""
