"""The answer to what was rejected lately."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.moments import iso
from serving.store.engine import outages_as_errors
from serving.store.keys import clock
from serving.store.rejections import rejections_before

Json = dict[str, object]
LARGEST: Final = 2**63 - 1  # of the numbers of rejections


@outages_as_errors()
def answer_rejected(settings: Settings, store: Engine, *, before: int | None, count: int, code: str | None) -> Json:
    """Rejected messages, newest first; ``next`` is what to give as ``before`` for the next ones, null at the end."""
    since = clock() - settings.privacy.rejected
    rows = rejections_before(store, before, count=count + 1, code=code)
    kept = [row for row in rows if int(str(row["received_at"])) > since]
    shown = kept[:count]
    return {"rejected": [shown_rejection(row) for row in shown], "next": shown[-1]["number"] if kept[count:] else None}


def shown_rejection(row: Mapping[str, object]) -> Json:
    """A rejected message as API and command line tell it; ``message`` is the JSON that came, ``text`` says why not.

    >>> row = {"number": 1, "received_at": 0, "code": "bad_time", "text": None, "field": "timestamp", "message_id": "m",
    ...        "message": "{}", "nodes": "[]", "digest": ""}
    >>> shown_rejection(row)["received_at"], list(shown_rejection(row))
    ('1970-01-01T00:00:00Z', ['number', 'received_at', 'code', 'text', 'field', 'messageId', 'message'])
    """
    names = {"messageId": "message_id"}
    told = ("number", "received_at", "code", "text", "field", "messageId", "message")
    return {name: row[names.get(name, name)] for name in told} | {"received_at": iso(int(str(row["received_at"])))}
