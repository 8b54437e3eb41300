"""Settings for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres"]

# Two cores run tests side by side here and anywhere: how long an example takes says nothing about the product.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A few examples of each property, the same each time, or with `--hypothesis-profile=random` many, other ones each time.
settings.register_profile("fixed", PATIENT, derandomize=True, max_examples=10)
settings.register_profile("random", PATIENT, max_examples=120, print_blob=True)
settings.load_profile("fixed")
