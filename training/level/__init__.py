"""The level of the coming horizon, the share or the mean amount of all customers, told apart from their order."""
