"""Long work as the terminal shows it."""
