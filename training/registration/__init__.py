"""A trained model on its way into the registry, with all that tells of it."""
