"""Identity: how fast people are resolved, and how right."""
