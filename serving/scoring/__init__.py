"""Scores of customers by the champions: for one request, for a batch, for a table."""
