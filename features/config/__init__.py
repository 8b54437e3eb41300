"""``stamkund.yaml``: what it may say, as frozen typed settings."""
