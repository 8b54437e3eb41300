"""Fuzzy identity: customers who share no identifier and are probably one person, by what is known of them."""
