"""What models said of customers, at each moment at which everybody was scored."""
