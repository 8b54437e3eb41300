"""What becomes of customers: who does something again, who comes back, who leaves, and what each is worth."""
