"""Transactions that keep what was acknowledged: several in one, and safe from which death."""
