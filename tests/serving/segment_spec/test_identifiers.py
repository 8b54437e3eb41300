"""What identifies and what permits: every part of a message that says so is kept, and nothing else."""

from __future__ import annotations

import orjson
import pytest

from features.errors import StamkundError
from features.events.money import Money
from serving.segment_spec.event.event_builder import Event
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.messages import events_of

RECEIVER = Receiver(Money("USD", 2), now=1_000_000_000_000_000)
NOBODY = "00000000-0000-0000-0000-000000000000"
Sent = dict[str, object]


def read(**sent: object) -> list[Event]:
    first = {"type": "track", "messageId": "m", "userId": "7", "event": "Product Viewed"}
    return events_of(first | sent, RECEIVER)


def told(event: Event, column: str) -> object:
    text = event.get(column)
    return None if text is None else orjson.loads(str(text))


@pytest.mark.parametrize(
    ("sent", "ids"),
    [
        ({}, None),
        ({"anonymousId": "f00"}, {"anonymous_id": "f00"}),
        (
            {"type": "identify", "traits": {"email": "Anna@X.se", "phone": 46701234567}},
            {"email": "Anna@X.se", "phone": "46701234567"},
        ),
        ({"context": {"traits": {"email": "a@x.se", "phone": "+46 70"}}}, {"email": "a@x.se", "phone": "+46 70"}),
        (
            {"type": "identify", "traits": {"email": "a@x.se"}, "context": {"traits": {"email": "b@x.se"}}},
            {"email": ["a@x.se", "b@x.se"]},
        ),
        (
            {"type": "identify", "traits": {"email": "Anna <a@x.se>, b@x.se", "phone": "070-123 45 67;08-765 43 21"}},
            {"email": ["a@x.se", "b@x.se"], "phone": ["070-123 45 67", "08-765 43 21"]},
        ),
        ({"type": "identify", "traits": {"email": ["a@x.se", "b@x.se", None]}}, {"email": ["a@x.se", "b@x.se"]}),
        ({"type": "identify", "traits": {"phone": "46701234567.0"}}, {"phone": "46701234567"}),
        ({"context": {"externalIds": [{"value": "5", "type": "loyalty"}]}}, {"loyalty": "5"}),
        ({"context": {"externalIds": [{"id": None, "type": "loyalty"}]}}, None),
        ({"context": {"device": {"id": "d1", "advertisingId": "a1"}}}, {"device_id": ["d1", "a1"]}),
        ({"context": {"device": {"id": "d1", "advertisingId": NOBODY}}}, {"device_id": "d1"}),
        (
            {"context": {"externalIds": [{"id": 5, "type": "Loyalty Card", "collection": "users"}]}},
            {"loyalty_card": "5"},
        ),
        (
            {"context": {"externalIds": [{"id": "x", "type": "ios.idfa"}, {"id": "7", "type": "user_id"}]}},
            {"ios_idfa": "x"},
        ),
        ({"type": "alias", "previousId": "old"}, {"user_id": "old", "anonymous_id": "old"}),
        ({"type": "alias", "previousId": "old", "anonymousId": "old"}, {"user_id": "old", "anonymous_id": "old"}),
        ({"event": "Unsubscribed", "properties": {"email": "a@x.se"}}, {"email": "a@x.se"}),
        # Nothing here identifies: a group's traits, an address in the properties of anything, words for nobody.
        ({"type": "group", "groupId": "g", "traits": {"email": "info@x.se"}}, None),
        ({"properties": {"email": "friend@x.se"}}, None),
        ({"type": "identify", "traits": {"email": "null", "phone": ""}}, None),
        ({"type": "identify", "traits": {"email": {"work": "a@x.se"}, "phone": True}}, None),
        ({"context": {"traits": None, "device": {}, "externalIds": []}}, None),
    ],
)
def test_every_identifier_of_a_message_is_kept_beside_its_own(sent: Sent, ids: object) -> None:
    (event,) = read(**sent)
    assert (event["id_type"], event["id"], event["fragment"]) == ("user_id", "7", "7")
    assert told(event, "ids") == ids


def test_a_visitor_whom_an_external_id_names_is_that_user() -> None:
    context = {"externalIds": [{"id": "7", "type": "user_id"}], "traits": {"email": "a@x.se"}}
    (event,) = read(userId=None, anonymousId="f00", context=context)
    assert (event["id_type"], event["id"], event["fragment"]) == ("anonymous_id", "f00", "7")
    assert told(event, "ids") == {"email": "a@x.se", "user_id": "7"}
    (unnamed,) = read(userId=None, anonymousId="f00", context={"traits": {"email": "a@x.se"}})
    assert (unnamed["fragment"], told(unnamed, "ids")) == ("anonymous_id:f00", {"email": "a@x.se"})


def test_an_order_of_several_lines_says_once_who_and_what_may_be_done() -> None:
    products = [{"product_id": "a", "price": 1}, {"product_id": "b", "price": 2}]
    context = {"consent": {"categoryPreferences": {"Ads": True}}}
    events = read(event="Order Completed", anonymousId="f00", context=context, properties={"products": products})
    assert [(e["fragment"], told(e, "ids"), told(e, "consents")) for e in events] == [
        ("7", {"anonymous_id": "f00"}, {"Ads": True}),
        ("7", None, None),
    ]


@pytest.mark.parametrize(
    ("context", "code", "field"),
    [
        ({"device": "d1"}, "bad_message", "context.device"),
        ({"device": {"id": [1]}}, "bad_text", "context.device.id"),
        ({"device": {"id": "a\tb"}}, "bad_text", "context.device.id"),
        ({"device": {"id": "a" * 513}}, "too_long", "context.device.id"),
        ({"externalIds": {"id": "1"}}, "bad_message", "context.externalIds"),
        ({"externalIds": ["1"]}, "bad_message", "context.externalIds[0]"),
        ({"externalIds": [{"id": "1"}]}, "bad_id_type", "context.externalIds[0].type"),
        ({"externalIds": [{"id": "1", "type": "7up"}]}, "bad_id_type", "context.externalIds[0].type"),
        ({"externalIds": [{"identifier": "1", "type": "card"}]}, "missing_id", "context.externalIds[0].id"),
        ({"traits": "x"}, "bad_message", "context.traits"),
        ({"traits": {"phone": "4.67E+10"}}, "bad_text", "context.traits.phone"),
        ({"consentManagement": {"deniedConsentIds": ["C1", " "]}}, "bad_consent", "context.consentManagement"),
        ({"consent": {"categoryPreferences": {"": True}}}, "bad_consent", "context.consent.categoryPreferences"),
        ({"traits": {"email": "a\nb"}}, "bad_text", "context.traits.email"),
        ({"consent": True}, "bad_consent", "context.consent"),
        ({"consent": {"categoryPreferences": ["Ads"]}}, "bad_consent", "context.consent.categoryPreferences"),
        (
            {"consent": {"categoryPreferences": {"Ads": "maybe"}}},
            "bad_consent",
            "context.consent.categoryPreferences.Ads",
        ),
        ({"consent": {"ad_storage": None}}, "bad_consent", "context.consent.ad_storage"),
        ({"consentManagement": {"allowedConsentIds": "C1"}}, "bad_consent", "context.consentManagement"),
        ({"gpc": 2}, "bad_consent", "context.gpc"),
    ],
)
def test_what_cannot_be_read_whole_is_refused_with_its_place(context: Sent, code: str, field: str) -> None:
    with pytest.raises(StamkundError) as caught:
        read(context=context)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("context", "consents"),
    [
        (None, None),
        ({}, None),
        ({"consent": None}, None),
        ({"consent": {}}, None),
        ({"consent": {"categoryPreferences": {}}}, {}),
        ({"consent": {"categoryPreferences": {"Ads": True, "C0002": False}}}, {"Ads": True, "C0002": False}),
        (
            {"consent": {"ad_personalization": "granted", "ad_user_data": "DENIED"}},
            {"ad_personalization": True, "ad_user_data": False},
        ),
        ({"consent": {"policy": "2.1", "asked": {"on": "web"}}}, None),
        ({"consent": {"policy": "2.1", "categoryPreferences": {"Ads": "true"}}}, {"Ads": True}),
        ({"consentManagement": {"provider": "oneTrust"}}, None),
        ({"consentManagement": {"allowedConsentIds": ["a", "b"], "deniedConsentIds": ["b"]}}, {"a": True, "b": False}),
        ({"consentManagement": {"allowedConsentIds": []}}, {}),
        ({"gpc": True}, {"gpc": True}),
        ({"gpc": False, "globalPrivacyControl": "1"}, {"gpc": True}),
        ({"globalPrivacyControl": 0}, {"gpc": False}),
        (
            {"consent": {"categoryPreferences": {"Ads": "Accepted", "Stats": "abgelehnt"}}},
            {"Ads": True, "Stats": False},
        ),
        # All are denied, and what came beside is kept.
        ({"consent": {"categoryPreferences": {}}, "gpc": True}, {"*": False, "gpc": True}),
        (
            {"consent": {"categoryPreferences": {}}, "consentManagement": {"allowedConsentIds": ["a"]}},
            {"*": False, "a": True},
        ),
    ],
)
def test_what_a_message_permits_is_kept_as_it_came(context: object, consents: object) -> None:
    (event,) = read(context=context)
    assert told(event, "consents") == consents


@pytest.mark.parametrize(
    ("name", "kind", "channel"),
    [
        ("Segment Consent Preference Updated", "consent", None),
        ("Consent Preference Updated", "consent", None),
        ("Unsubscribed", "unsubscribe", None),
        ("Email Unsubscribed", "unsubscribe", "email"),
        ("SMS Unsubscribed", "unsubscribe", "sms"),
        ("Subscribed", "subscribe", None),
        ("Email Bounced", "bounce", "email"),
        ("Email Marked as Spam", "spam_complaint", "email"),
        ("Email Opened", "open", "email"),
    ],
)
def test_what_happens_to_an_address_is_a_usual_kind_of_its_channel(name: str, kind: str, channel: str | None) -> None:
    (event,) = read(event=name)
    assert (event["kind"], event.get("channel")) == (kind, channel)
    (said,) = read(event=name, channel="push")
    assert said["channel"] == "push"


@pytest.mark.parametrize(
    ("properties", "purpose"),
    [
        ({"list_id": 7}, "7"),
        ({"topic": "news", "purpose": "offers"}, "offers"),
        ({"list_name": "News"}, "News"),
        ({}, None),
    ],
)
def test_the_list_that_somebody_leaves_is_the_purpose(properties: Sent, purpose: str | None) -> None:
    (event,) = read(event="Unsubscribed", properties=properties)
    assert event.get("purpose") == purpose
    (other,) = read(properties=properties)
    assert other.get("purpose") == properties.get("purpose")
