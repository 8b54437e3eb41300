"""Which of those who were dropped an offer could still win, and in which order they are worth writing to."""
