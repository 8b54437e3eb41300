"""The formats of files: how each is recognised, and how its rows become a relation that DuckDB reads."""
