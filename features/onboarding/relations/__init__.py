"""What several tables tell together: which lines belong to which orders, and which columns name the same customers."""
