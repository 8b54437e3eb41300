"""The sections of targets: what models learn to predict, and by which gate."""
