"""Tables and pictures for the command line."""
