"""What may be shown how often: caps, rests, budgets, stock and quiet hours; what counts decisions is reserved."""
