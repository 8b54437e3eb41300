"""What learns: trees, their calibration, and the model that both make."""
