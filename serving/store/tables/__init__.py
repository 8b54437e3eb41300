"""The tables of the store, and statements over many values."""
