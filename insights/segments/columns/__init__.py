"""What rules read of customers, as columns with an entry a customer: in memory, or mapped from files."""
