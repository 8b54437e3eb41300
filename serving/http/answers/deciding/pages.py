"""The candidates of a decision that was made, by pages: all of them, or those that were out for one reason."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson

from features.errors import StamkundError

Json = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """At most ``limit`` of the candidates that failed a ``reason``, after those of the page before.

    A reason is a code such as ``cap``, or one rule or limit, such as ``cap:weekly``. Without any it is about all.

    >>> told = [{"offer_id": "tea", "failed": ["cap:weekly"]}, {"offer_id": "cup", "failed": []}]
    >>> Page(reason="cap").of(told, "d-1")
    ([{'offer_id': 'tea', 'failed': ['cap:weekly']}], None)
    """

    reason: str | None = None
    limit: int | None = None
    cursor: str | None = None

    def of(self, candidates: list[Json], decision_id: str) -> tuple[list[Json], str | None]:
        """The candidates of the page, and the cursor of the next one, None at the end."""
        left = [each for each in candidates if self.reason is None or _failed(each, self.reason)]
        start = 0 if self.cursor is None else self._start(self.cursor, decision_id)
        end = len(left) if self.limit is None else start + self.limit
        return left[start:end], _text([decision_id, self.reason, end]) if end < len(left) else None

    def _start(self, cursor: str, decision_id: str) -> int:
        """Where the page of a cursor begins; one of another decision or reason is refused."""
        try:
            told = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        except (ValueError, binascii.Error):
            told = None
        match told:
            case [id_, reason, int(start)] if [id_, reason] == [decision_id, self.reason] and start > 0:
                return start
        raise StamkundError("bad_cursor", text=cursor[:100], field="cursor")


def _failed(candidate: Json, reason: str) -> bool:
    """Whether a candidate failed a reason, given by its code or with its name."""
    return any(reason in (told, told.partition(":")[0]) for told in candidate["failed"])


def _text(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")
