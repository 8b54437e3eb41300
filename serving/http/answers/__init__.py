"""What each route answers: one module a question."""
