"""What answers are made from at the moment."""
