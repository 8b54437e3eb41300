"""Who may ask what: the key that a request brings, and the scope that its route needs."""
