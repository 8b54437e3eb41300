"""Which part each column of a table plays: the customer, the moment, the amount and the others."""
