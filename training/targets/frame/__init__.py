"""What every type of target is made of: the protocol that it keeps, the rules to beat, and the features they read."""
