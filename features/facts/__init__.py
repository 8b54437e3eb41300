"""What is known of a customer, under the names by which rules ask for it."""
