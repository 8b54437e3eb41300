"""What is to be predicted: a population and a label at a moment, one module a target type."""
