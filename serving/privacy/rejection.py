"""What is kept of a rejected message."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

import orjson

from features.events.identifiers import node
from serving.segment_spec.event.ambiguous import REPEATED
from serving.segment_spec.event.depth import MARK
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.intake import MessageVerdict
from serving.segment_spec.people.mentions import TYPES, mentions, without_mentions
from serving.store.rejections import Rejection

_SECRET: Final = frozenset({"writeKey", MARK, REPEATED})


def rejection_of(message: object, verdict: MessageVerdict, receiver: Receiver, types: Collection[str]) -> Rejection:
    """A rejected message as it is kept; ``types`` are those of identifiers that the company declares.

    Where identifiers are hashed, those that it names as such and those that look like one are kept hashed, and no text
    that may repeat one. Of an erased person's message nothing is kept but the code.
    """
    code, named, text = str(verdict.code), verdict.messageId, verdict.message
    told, pseudonyms = list(mentions(message, {*TYPES, *types})), receiver.pseudonyms
    if pseudonyms is not None:
        message = without_mentions(message, pseudonyms) if isinstance(message, Mapping) else None
        named, text = None if named is None else str(without_mentions(named, pseudonyms)), None
        told = [(id_type, pseudonyms.value(id_type, value)) for id_type, value in told]
    nodes = {node(id_type, value) for id_type, value in told}
    if code == "erased" or any(map(partial(_is_erased, receiver), nodes)):
        return Rejection(code, None, verdict.field, None, None)
    return Rejection(code, text, verdict.field, named, None if message is None else _as_json(message), nodes)


def _is_erased(receiver: Receiver, node: str) -> bool:
    """Whether nothing of an identifier may be kept at the moment."""
    until = None if receiver.erased_until is None else receiver.erased_until(node)
    return until is not None and until >= receiver.received_at


def _as_json(message: object) -> str:
    kept = {k: v for k, v in message.items() if k not in _SECRET} if isinstance(message, Mapping) else message
    try:
        return orjson.dumps(kept, default=str).decode().replace(MARK, "…")
    except orjson.JSONEncodeError:  # too deep
        return repr(kept).replace(MARK, "…")
