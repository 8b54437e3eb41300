"""What happens to our customers? Metrics, segments, journeys, what is lost, what satisfaction is worth."""
