"""What the rows of a table mean: orders, refunds, customers, messages and the rest, and which settings say so."""
