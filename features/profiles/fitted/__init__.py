"""What is fitted on the data: attributes of customers, personas, and the feature set that travels with models."""
