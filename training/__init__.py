"""What will this customer do? Targets, models, gates, registry."""
