"""The block of decisions: what may be chosen for whom, where, how often, and how it is proved."""
