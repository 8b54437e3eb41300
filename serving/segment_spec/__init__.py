"""Messages of the Segment Spec as canonical events."""
