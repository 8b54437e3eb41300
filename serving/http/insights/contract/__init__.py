"""What is answered about insights, typed."""
