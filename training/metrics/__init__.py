"""How good scores are: probabilities and amounts, and how sure one is better than another."""
