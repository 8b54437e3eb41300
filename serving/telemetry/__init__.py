"""What the service tells of itself: log, metrics and traces, without anything of a customer."""
