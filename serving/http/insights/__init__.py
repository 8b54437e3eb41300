"""Insights over HTTP: answered from the tables of the last refresh."""
