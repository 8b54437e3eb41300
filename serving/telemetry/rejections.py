"""Rejected messages in metrics and in the log: Segment's libraries read nothing but the status of an answer."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from threading import Lock
from time import monotonic
from typing import Final

from prometheus_client import Counter as Metric

log = logging.getLogger("stamkund.serving")
EVERY: Final = 60.0  # seconds between two lines of the log
REJECTED: Final = Metric("stamkund_rejected_messages_total", "Messages rejected, by code", ["code"], registry=None)


class RejectionLog:
    """Counts rejected messages by their codes, and tells of them in a line a minute at most."""

    def __init__(self) -> None:
        self._untold, self._told_at, self._lock = Counter[str](), -EVERY, Lock()

    def tell(self, codes: Iterable[str]) -> None:
        """Count the codes of a request."""
        counts = Counter(codes)
        for code, count in counts.items():
            REJECTED.labels(code).inc(count)
        with self._lock:
            self._untold.update(counts)
            if not self._untold or monotonic() < self._told_at + EVERY:
                return
            told = ", ".join(f"{code} {count}" for code, count in self._untold.most_common())
            self._untold, self._told_at = Counter(), monotonic()
        text = "Messages were rejected: %s. `stamkund rejected` shows them."
        log.warning(text, told, extra={"event": "messages_rejected"})


rejection_log: Final = RejectionLog()
