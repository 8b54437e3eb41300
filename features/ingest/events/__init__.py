"""Events on their way into the lake: their ids, which came before, and the months that they change."""
