"""The same profiles by other means: the fastest query that one would write by hand, and pandas."""
