"""How right, fast and small the models of orders and of their value are."""
