"""What each candidate is worth for a person, and the order that follows from it."""
