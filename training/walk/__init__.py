"""From tables of past moments to a fitted model: the rows, the walk through time, and the race of the learners."""
