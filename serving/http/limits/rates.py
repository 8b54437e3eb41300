"""How many requests a key may make: a bucket of tokens each, filled at a steady rate."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from features.errors import StamkundError


class Rates:
    """Buckets of one process by key, each good for two seconds' requests at once; without a rate nobody is held back.

    >>> now = 0.0
    >>> rates = Rates(1, lambda: now)
    >>> rates.check("1f"), rates.check("1f")
    (None, None)
    >>> rates.check("1f")
    Traceback (most recent call last):
    ...
    features.errors.StamkundError: This key may make 1 requests a second. Send it again in a second.
    >>> now = 1.0
    >>> rates.check("1f")
    """

    def __init__(self, per_second: int | None, clock: Callable[[], float] = monotonic) -> None:
        self.per_second, self._clock = per_second, clock
        self._buckets: dict[str, tuple[float, float]] = {}  # by key its tokens at a moment

    def check(self, key: str) -> None:
        """Take one token; raise ``too_many_requests`` where there is none."""
        if self.per_second is None:
            return
        now, most = self._clock(), 2.0 * self.per_second
        tokens, at = self._buckets.get(key, (most, now))
        tokens = min(most, tokens + (now - at) * self.per_second)
        self._buckets[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            raise StamkundError("too_many_requests", rate=self.per_second)
