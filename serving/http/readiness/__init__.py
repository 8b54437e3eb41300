"""Whether the service can answer: what its store says."""
