"""What is declared of insights: metrics, segments, journeys."""
