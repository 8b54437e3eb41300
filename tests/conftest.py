"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["tests.postgres"]

# Two cores run tests side by side here and anywhere: how long an example takes says nothing about the product.
settings.register_profile("stamkund", deadline=None, max_examples=50)
settings.load_profile("stamkund")
