"""Households: who lives together, by attributes that people share; nobody is joined by it."""
