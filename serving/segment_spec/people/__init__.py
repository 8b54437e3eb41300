"""Whom a message is about, and what it says that may be done."""
