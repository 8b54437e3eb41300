"""The evaluator over frames: every customer's features at any number of moments, on any engine."""
