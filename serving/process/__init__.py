"""Processes that serve: the socket they listen on, the application of each, and who watches them."""
