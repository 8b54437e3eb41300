"""When the database does not answer: how long it is waited for, what is told, and when it answers again."""
