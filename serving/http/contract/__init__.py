"""The published contract: the type of each answer and error, for those who read ``/openapi.json`` and for mypy."""
