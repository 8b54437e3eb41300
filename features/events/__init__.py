"""The canonical event: its tables, kinds, columns and rules."""
