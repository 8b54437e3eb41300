"""Erasures in the store: rows deleted, tombstones and receipts in their place, the database's own file cleaned."""
