"""What it costs that customers do not go on: the money lost at each step, with its interval, or a refusal."""
