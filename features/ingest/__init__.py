"""From sources to canonical rows in the lake: each row is accepted, or rejected with a code and a reason."""
