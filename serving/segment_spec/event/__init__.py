"""What an event is made of: the fields of a message, its numbers, and who receives it."""
