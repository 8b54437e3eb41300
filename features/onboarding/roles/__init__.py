"""Which role each column of a table has: the customer, the moment, the amount and the others."""
