"""What happened to one customer, entry by entry: an order is one, with its lines."""
