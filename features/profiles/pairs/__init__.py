"""Pairs of a customer and a campaign: the campaigns, the features of a pair, and frames of them."""
