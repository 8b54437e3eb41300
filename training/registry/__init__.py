"""Runs and registered models in MLflow, and which version answers."""
