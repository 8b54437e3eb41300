"""The sections about people: what their data may be used for, and what is kept of them."""
