"""A webhook: rows posted some at a time, each part again where it was not taken."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import orjson

from features.errors import StamkundError

SECRET: Final = "STAMKUND_WEBHOOK_SECRET"  # noqa: S105  (the name of the variable that holds it)
_AGAIN: Final = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Webhook:
    """Posts rows as JSON, ``{part, parts, rows}``; what is in ``STAMKUND_WEBHOOK_SECRET`` signs each part.

    The header ``Stamkund-Signature`` is the SHA-256 HMAC of the body; ``Idempotency-Key`` is the same of a part that is
    sent again. Neither the address nor the secret is ever told.
    """

    url: str = field(repr=False)
    size: int = 1_000
    tries: int = 5
    wait: Callable[[float], None] = time.sleep

    def send(self, rows: Sequence[dict[str, object]]) -> None:
        """Post all rows; raises ``webhook_failed`` for a part that was never taken."""
        parts = [rows[start : start + self.size] for start in range(0, len(rows), self.size)] or [rows]
        for number, part in enumerate(parts, 1):
            self._post(orjson.dumps({"part": number, "parts": len(parts), "rows": part}), number, len(parts))

    def _post(self, body: bytes, number: int, parts: int) -> None:
        failure = ""
        for turn in range(self.tries):
            if turn:
                self.wait(2.0 ** (turn - 1))
            try:
                with urlopen(Request(self.url, body, self._headers(body)), timeout=30):  # noqa: S310  (http and https)
                    return
            except HTTPError as error:
                failure = f"it answered {error.code}"
                if error.code not in _AGAIN:
                    break
            except (URLError, OSError) as error:
                failure = f"it did not answer ({type(getattr(error, 'reason', error)).__name__})"
        text = (
            f"The webhook did not take part {number} of {parts}: {failure}. Export again once it does: parts that it "
            "took before come with the same Idempotency-Key."
        )
        raise StamkundError("webhook_failed", text, field="export")

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": hashlib.sha256(body).hexdigest()}
        if secret := os.environ.get(SECRET):
            headers["Stamkund-Signature"] = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
        return headers
