"""What the tables of a newcomer hold: their columns, and facts about the values of each."""
