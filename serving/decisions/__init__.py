"""Which offers are best for a customer now, and why not the others."""
