"""Rules over all customers: whether each holds, and what keeps whom out."""
