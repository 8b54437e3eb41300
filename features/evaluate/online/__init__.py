"""The evaluator over one customer's record: the same features as over frames, in microseconds."""
