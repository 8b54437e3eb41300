"""Decisions for many customers at once: in chunks, kept like each by itself, and written where they are used."""
