"""How requests come in: by which routes, packed or not, and from pages of which origins."""
