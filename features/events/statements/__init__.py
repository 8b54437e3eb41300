"""What people say of the use of their data: the events that say it, and the words that these use."""
