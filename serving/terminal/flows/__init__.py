"""How customers move, for people at a terminal."""
