"""Which of the eligible candidates each placement shows, and with which probability."""
