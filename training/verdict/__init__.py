"""Is a model to be trusted: its evidence, the rules it must beat, the gate, and the report of all this."""
