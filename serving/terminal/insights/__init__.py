"""How the terminal tells what happens to customers: commands of insights, and their tables."""
