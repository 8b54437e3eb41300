"""What rules of segments read of one person, by their record."""
