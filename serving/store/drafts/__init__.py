"""Tables of records that are filled, or emptied, while events go on arriving."""
