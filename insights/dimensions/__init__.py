"""By what customers and their events are told apart: columns of events and tables, and where customers stood."""
