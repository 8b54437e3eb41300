"""What the rows of a table mean beside orders: customers, messages and the rest, and which settings say so."""
