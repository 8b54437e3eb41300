"""Whether somebody may be written to, address by address."""

from __future__ import annotations

from typing import Any

import pytest

from features.config.sections.consent import ConsentSettings
from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.privacy.rules import ConsentRules

Event = dict[str, Any]
OLD, NEW = "email:old@x.se", "email:new@x.se"


def event(time: int, kind: str, address: str | None = None, **columns: object) -> Event:
    ids = None if address is None else '{"%s": "%s"}' % tuple(address.split(":"))  # noqa: UP031
    own = {"id_type": "user_id", "id": "7", "ids": ids, "event_id": f"{time} {kind} {address}"}
    return {"time": time, "kind": kind, "channel": "email", **own, **columns}


def said(events: list[Event], email: str | None = None, **purpose: object) -> tuple[str, bool, dict[str, str]]:
    rules = ConsentRules(ConsentSettings.model_validate({"purposes": {"news": {"channel": "email", **purpose}}}))
    record = Record.unpack(Record.of(events, {"email": email} if email else {}).pack())
    found = Consent(rules, record, 99).of("news", rules.settings.purposes["news"])
    return found.state.value, found.allowed, {address: how.value for address, how in found.addresses.items()}


YES = event(1, "consent", channel=None, purpose="news", status="granted")
BOTH = [event(1, "subscribe", OLD), event(2, "subscribe", NEW)]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], ("unknown", False, {})),
        ([YES], ("granted", True, {})),
        ([event(1, "subscribe", OLD)], ("granted", True, {OLD: "subscribed"})),
        ([event(1, "subscribe", OLD, status="pending")], ("pending", False, {OLD: "pending"})),
        # Of one address closed another stays open.
        ([*BOTH, event(3, "bounce", OLD)], ("granted", True, {OLD: "bounced", NEW: "subscribed"})),
        ([*BOTH, event(3, "bounce", OLD, status="4.2.2")], ("granted", True, {OLD: "subscribed", NEW: "subscribed"})),
        ([*BOTH, event(3, "unsubscribe", OLD)], ("granted", True, {OLD: "unsubscribed", NEW: "subscribed"})),
        ([*BOTH, event(3, "spam_complaint", NEW)], ("granted", True, {OLD: "subscribed", NEW: "complained"})),
        # The only one: the person's yes stands, and nothing can be sent.
        ([YES, event(2, "bounce", OLD)], ("granted", False, {OLD: "bounced"})),
        ([YES, event(2, "subscribe", OLD, status="cleaned")], ("granted", False, {OLD: "bounced"})),
        ([YES, event(2, "subscribe", OLD, status="archived")], ("granted", False, {OLD: "suppressed"})),
        ([event(1, "subscribe", OLD), event(2, "bounce", OLD), event(3, "subscribe", OLD)],
         ("granted", True, {OLD: "subscribed"})),
        # A yes of the person says nothing of what an address can take.
        ([event(2, "bounce", OLD), event(3, "consent", channel=None, purpose="news", status="granted")],
         ("granted", False, {OLD: "bounced"})),
        # Without an address all of the channel is closed.
        ([*BOTH, event(3, "unsubscribe")], ("withdrawn", False, {OLD: "unsubscribed", NEW: "unsubscribed"})),
        ([*BOTH, event(3, "spam_complaint")], ("withdrawn", False, {OLD: "complained", NEW: "complained"})),
        ([*BOTH, event(3, "unsubscribe"), event(4, "subscribe", NEW)],
         ("granted", True, {OLD: "unsubscribed", NEW: "subscribed"})),
        ([*BOTH, event(3, "unsubscribe", OLD), event(4, "bounce", NEW)],
         ("granted", False, {OLD: "unsubscribed", NEW: "bounced"})),
        # Another channel's address is not asked.
        ([YES, event(2, "bounce", "phone:+46", channel="sms")], ("granted", True, {})),
    ],
)  # fmt: skip
def test_writing_is_allowed_where_it_is_so_at_one_address(
    events: list[Event], expected: tuple[str, bool, dict[str, str]]
) -> None:
    assert said(events) == expected


def test_an_address_among_the_traits_is_one_too() -> None:
    assert said([YES, event(2, "bounce", OLD)], "New@x.se") == ("granted", True, {OLD: "bounced", NEW: "subscribed"})
    assert said([event(2, "bounce", OLD)], "Old@x.se", basis="interest") == ("unknown", False, {OLD: "bounced"})


def test_what_holds_for_the_silent_holds_at_no_address_of_who_has_refused_at_another() -> None:
    order = event(1, "order", channel=None)
    assert said([order], "new@x.se", after="order") == ("unknown", True, {NEW: "unknown"})
    refused = {OLD: "unsubscribed", NEW: "unknown"}
    assert said([order, event(2, "unsubscribe", OLD)], "new@x.se", after="order") == ("unknown", False, refused)
    bounced = {OLD: "bounced", NEW: "unknown"}
    assert said([order, event(2, "bounce", OLD)], "new@x.se", after="order") == ("unknown", True, bounced)
