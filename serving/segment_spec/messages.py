"""Segment Spec messages as canonical events: each is accepted, or refused with a code and the field to mend.

The codes of events are those of :mod:`features.events.rules.rule_book`, as for files. A message has also
``bad_message``, ``too_deep``, ``repeated_name``, ``missing_message_id``, ``missing_user``, ``missing_id``,
``unknown_type``, ``missing_event``, ``future_time``, ``erased``, ``bad_products`` and ``bad_discount``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from features.errors import StamkundError
from features.events.kinds import KINDS
from features.events.money import Money
from features.events.statements.statement import says
from features.privacy.traces import Traces
from serving.segment_spec.context import context_of
from serving.segment_spec.event.ambiguous import REPEATED
from serving.segment_spec.event.depth import DEEPEST, MARK
from serving.segment_spec.event.event_builder import Event, EventBuilder
from serving.segment_spec.event.fields import Message, display, object_of
from serving.segment_spec.event.message_types import kind_of
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.head import head_of
from serving.segment_spec.orders import has_products, lines, number_lines
from serving.segment_spec.people.addresses import put_channel, put_list
from serving.segment_spec.people.consents import consents_of
from serving.segment_spec.people.identifiers import fragment_of, other_identifiers, to_json
from serving.segment_spec.properties import put_kept, put_properties


def events_of(message: object, receiver: Receiver) -> list[Event]:
    """The canonical events of one message: one, or a line each for the products of an order.

    >>> receiver = Receiver(Money("USD", 2), now=0)
    >>> sent = {"type": "track", "messageId": "m", "userId": "7", "event": "Product Viewed",
    ...         "timestamp": "1970-01-01T00:00:01Z", "properties": {"product_id": "tea"}}
    >>> [(e["kind"], e["item_id"], e["time"]) for e in events_of(sent, receiver)]
    [('view', 'tea', 1000000)]
    """
    if not isinstance(message, Mapping):
        raise StamkundError("bad_message", at="message", value=display(message))
    if MARK in message:
        raise StamkundError("too_deep", deepest=DEEPEST)
    if REPEATED in message:
        raise StamkundError("repeated_name", at=message[REPEATED])
    kind, properties = kind_of(message, receiver.missing_ids)
    builder = head_of(message, receiver, kind)
    builder.put("kind", kind, "event")
    own = str(builder.columns["id_type"]), str(builder.columns["id"])
    put_channel(builder, message, properties)
    if kind in KINDS and KINDS[kind].of_address:
        put_list(builder, properties)
    others = other_identifiers(message, kind, own, receiver)
    consents = consents_of(object_of(message, "context"))
    fragment = fragment_of(own, others)
    events = _events(builder, properties, context_of(message), receiver.money)
    told = to_json(others)
    events[0] |= {"ids": told, "consents": consents}  # once a message
    return [_complete(event, fragment, told, receiver) for event in events]


def _events(builder: EventBuilder, properties: Message, context: Message, money: Money) -> list[Event]:
    kind = str(builder.columns["kind"])
    has_lines = kind in KINDS and KINDS[kind].lines
    in_lines = has_lines and has_products(properties)
    put_properties(builder, properties, money.minor_units, amounts=not in_lines)
    own = {name: value for name, value in properties.items() if not (in_lines and name == "products")}
    put_kept(builder, own, context)
    if in_lines:
        events = [line.build(money.currency) for line in lines(builder, properties, money.minor_units)]
        return number_lines(events, is_order=kind == "order")
    if has_lines:
        builder.fields.setdefault("value", "properties.products")
    event = builder.build(money.currency)
    return [event | ({"order_line": 1} if kind == "order" else {})]


def _complete(event: Event, fragment: str, told: str | None, receiver: Receiver) -> Event:
    """The event with who it is about, when it came, and the item's category where the message gives none.

    Identifiers that are to be hashed are so; ``told`` are all others of its message.
    """
    event["fragment"] = fragment
    if receiver.pseudonyms is not None:
        event = receiver.pseudonyms.of_event(event, told)
    event["received_at"] = receiver.receipt(statement=says(event))
    if receiver.erased_until is not None:
        event = _without_erased(event, receiver.erased_until)
    if event.get("category") is None and (category := receiver.categories.get(str(event.get("item_id")))) is not None:
        event["category"] = category
    return event


def _without_erased(event: Event, erased_until: Callable[[str], int | None]) -> Event:
    """The event without what it says of erased people; one about them is refused."""
    until = erased_until(str(event["fragment"]))
    if until is not None and cast(int, event["time"]) <= until:
        raise StamkundError("erased", field="timestamp")
    return Traces(erased_until).out_of_event(event)
