"""How often the intervals of the insights hold the true number."""
