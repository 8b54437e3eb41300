"""How fast insights are beside queries written by hand, and that both agree."""
