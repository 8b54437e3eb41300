"""Which ways customers take to a touchpoint and from it on, and who takes each."""
