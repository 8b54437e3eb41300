"""What a person may get at all: validity, consent, membership, declared rules; each a bit of those that fail."""
