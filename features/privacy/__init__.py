"""What may be used for what: one set of rules over what people said, read from frames and from one record."""
