"""How a record is made small: integers as narrow as they are, and all of it compressed."""
