"""Metrics: what is counted of customers, by period and by whatever they can be told apart by."""
