"""What a training costs: of a million customers, of the example, and what its sample loses."""
