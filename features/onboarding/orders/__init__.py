"""What tables tell of orders: their ids, the levels that amounts belong to, what an order is worth, and refunds."""
