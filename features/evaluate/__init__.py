"""A feature set made ready, and its two evaluators: over frames and over one customer's record."""
