"""What the service tells of its requests: metrics and failures, without anything of a customer."""
