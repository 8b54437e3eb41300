# ruff: noqa: E501  (a table, one line a case)
from __future__ import annotations

import pytest

from features.config.sections.consent import GATES, ConsentSettings
from features.events.statements.statement import Statement
from features.privacy.rules import ConsentRules
from features.privacy.standing import State

SETTINGS = ConsentSettings.model_validate(
    {
        "purposes": {
            "profiling": {"basis": "interest", "gates": ["profiles", "training", "scores"]},
            "ads": {"gates": ["decisions"]},
            "email": {"channel": "email", "confirm": "double", "after": "order"},
            "sms": {"channel": "sms"},
            "ads_by_post": {"channel": "post"},
            "news_by_post": {"channel": "post"},
        },
        "signals": {"C0002": "profiling", "Ad": ["ads"], "gpc": {"deny": ["ads", "sms"]}},
        "minors": {"attribute": "born", "under": 16, "deny": ["profiling"]},
    }
)
RULES = ConsentRules(SETTINGS)


def said(**columns: str) -> dict[str, str]:
    return {name: stance.name for name, stance in RULES.stances(Statement(**{"kind": "view", **columns})).items()}


@pytest.mark.parametrize(
    ("columns", "stances"),
    [
        ({}, {}),
        ({"consents": '{"Ad": true, "C0002": false}'}, {"ads": "GRANT", "profiling": "REFUSAL"}),
        ({"consents": '{"Ad": true, "gpc": true}'}, {"ads": "REFUSAL", "sms": "REFUSAL"}),  # the strictest of one event
        ({"consents": '{"gpc": false, "unheard of": true}'}, {}),
        ({"consents": "{}"}, {"profiling": "REFUSAL", "ads": "REFUSAL"}),  # all that signals tell of; the rest is untouched
        ({"kind": "consent", "purpose": "ads", "status": "Opted in"}, {"ads": "GRANT"}),
        ({"kind": "consent", "purpose": "C0002", "status": "no"}, {"profiling": "REFUSAL"}),
        ({"kind": "consent", "purpose": "ads", "status": "who knows"}, {"ads": "REFUSAL"}),
        ({"kind": "consent", "purpose": "ads"}, {}),
        ({"kind": "consent", "purpose": "adz", "status": "no"}, {}),
        ({"kind": "consent", "status": "yes"}, {}),
        ({"kind": "consent", "status": "withdrawn"}, dict.fromkeys(SETTINGS.purposes, "REFUSAL")),
        ({"kind": "consent", "channel": "sms", "status": "yes"}, {"sms": "GRANT"}),
        ({"kind": "consent", "purpose": "email", "status": "granted"}, {"email": "REQUEST"}),  # still to be confirmed
        ({"kind": "consent", "purpose": "email", "status": "confirmed"}, {"email": "GRANT"}),
        ({"kind": "consent", "purpose": "profiling", "status": "pending"}, {}),  # nothing is asked for
        ({"consents": '{"*": false, "gpc": true}'}, {"profiling": "REFUSAL", "ads": "REFUSAL", "sms": "REFUSAL"}),
        ({"consents": '{"*": false, "email": true}'}, {"profiling": "REFUSAL", "ads": "REFUSAL"}),  # nothing takes it back
        ({"kind": "consent", "channel": "post", "status": "yes"}, {"ads_by_post": "REQUEST", "news_by_post": "REQUEST"}),
        ({"kind": "consent", "channel": "post", "status": "no"}, {"ads_by_post": "REFUSAL", "news_by_post": "REFUSAL"}),
        ({"kind": "subscribe"}, {"email": "REQUEST"}),  # to what, by which channel?
        ({"kind": "subscribe", "status": "confirmed"}, {"email": "REQUEST"}),
        ({"kind": "subscribe", "status": "never subscribed"}, {}),
        ({"kind": "subscribe", "channel": "email"}, {"email": "REQUEST"}),  # still to be confirmed
        ({"kind": "subscribe", "channel": "email", "status": "confirmed"}, {"email": "GRANT"}),
        ({"kind": "subscribe", "channel": "post", "status": "confirmed"}, {"ads_by_post": "REQUEST", "news_by_post": "REQUEST"}),
        ({"kind": "subscribe", "channel": "post", "purpose": "ads_by_post"}, {"ads_by_post": "GRANT"}),
        ({"kind": "subscribe", "channel": "sms"}, {"sms": "GRANT"}),
        ({"kind": "subscribe", "purpose": "weekly"}, {}),
        ({"kind": "unsubscribe", "purpose": "weekly"}, {"email": "REFUSAL"}),
        ({"kind": "unsubscribe", "purpose": "sms"}, {"sms": "REFUSAL"}),
        ({"kind": "spam_complaint", "status": "active"}, {"email": "REFUSAL"}),
        ({"kind": "bounce"}, {"email": "UNREACHABLE"}),
        ({"kind": "bounce", "status": "5.1.1"}, {"email": "UNREACHABLE"}),
        ({"kind": "bounce", "status": "Transient"}, {}),  # it will pass
        ({"kind": "subscribe", "status": "cleaned", "purpose": "weekly"}, {"email": "UNREACHABLE"}),
        ({"kind": "consent", "purpose": "ads", "status": "blocked"}, {}),  # about an address, not about a person
        ({"kind": "order", "purpose": "ads", "status": "granted"}, {}),
    ],
)  # fmt: skip
def test_what_an_event_says_of_each_purpose(columns: dict[str, str], stances: dict[str, str]) -> None:
    assert said(**columns) == stances


@pytest.mark.parametrize(
    ("purpose", "allowed"),
    [("profiling", {"unknown", "pending", "granted", "denied", "withdrawn"}), ("ads", {"granted"})],
)
def test_interest_holds_until_an_objection_and_consent_from_a_yes(purpose: str, allowed: set[str]) -> None:
    found = {state.value for state in State if RULES.allows(SETTINGS.purposes[purpose], state)}
    assert found == allowed


def test_an_event_before_or_an_allowed_default_stand_in_for_a_yes_that_nobody_asked_for() -> None:
    email = SETTINGS.purposes["email"]
    assert RULES.allows(email, State.UNKNOWN, after=True)
    assert RULES.allows(email, State.UNKNOWN, default="allowed")
    for state in (State.PENDING, State.DENIED, State.WITHDRAWN):
        assert not RULES.allows(email, state, after=True, default="allowed")


def test_gates_need_those_before_them() -> None:
    assert list(RULES.purposes("training")) == ["profiling"]
    assert list(RULES.purposes("decisions")) == ["profiling", "ads"]
    assert list(RULES.purposes("insights")) == []
    seen = ConsentRules(ConsentSettings.model_validate({"purposes": {"seen": {"gates": ["profiles"]}}}))
    assert [bool(seen.purposes(gate)) for gate in GATES] == [True, True, True, True, False, False]
