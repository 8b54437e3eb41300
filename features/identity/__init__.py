"""Identity: which identifiers are one person, as it was known at any moment."""
