"""Segments as the command line tells them."""
