"""A made-up company: its customers, its season, and everything that happens in it."""
