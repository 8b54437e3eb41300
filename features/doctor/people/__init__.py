"""Findings about people: who is known, who is who, what is known of them and may be used."""
