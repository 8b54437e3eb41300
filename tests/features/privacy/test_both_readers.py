"""The gatekeeper over frames and the rules over records: the same answers, whatever people say in whatever order."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features.config.sections.consent import GATES, ConsentSettings
from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.privacy.rules import ConsentRules
from tests.features.privacy.test_gatekeeper import gatekeeper

PEOPLE = ("ann", "bo")
KNOWN = {"ann": {"country": "US", "born": "1970-01-01"}}  # at moment 0 she is a minor
SETTINGS = {
    "default": {"attribute": "country", "values": {"US": "allowed"}},
    "purposes": {
        "profiling": {"basis": "interest", "gates": ["profiles"]},
        "learning": {"gates": ["training"], "confirm": "double"},
        "ads": {"gates": ["decisions"], "after": "order"},
        "export": {"basis": "contract", "gates": ["exports"]},
        "email": {"channel": "email"},
    },
    "signals": {"A": ["ads", "learning"], "gpc": {"deny": ["ads", "export"]}},
    "minors": {"attribute": "born", "deny": ["export"]},
}
SMALL = st.integers(0, 3)
EVENTS = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(PEOPLE),
        "kind": st.sampled_from(["consent", "consent", "order", "view", "subscribe", "unsubscribe", "identify"]),
        "time": SMALL,
        "known_at": st.none() | SMALL,
        "received_at": st.none() | SMALL,
        "purpose": st.sampled_from([None, "profiling", "learning", "ads", "A", "gpc", "other"]),
        "status": st.sampled_from([None, "granted", "confirmed", "pending", "withdrawn", "?"]),
        "consents": st.sampled_from([None, None, "{}", '{"A":true}', '{"A":false,"gpc":true}', '{"gpc":false}']),
        "properties": st.sampled_from([None, '{"country":"DE","born":"1900-01-01"}', '{"country":null}']),
    }
)


@given(st.lists(EVENTS, max_size=8), st.integers(0, 4))
def test_frames_and_records_agree_on_every_gate_at_every_moment(events: list[dict[str, object]], built: int) -> None:
    named = [{"event_id": str(i), "source": "s", **event} for i, event in enumerate(events)]
    keeper, rules = gatekeeper(SETTINGS, named, KNOWN), ConsentRules(ConsentSettings.model_validate(SETTINGS))
    for who in PEOPLE:
        own = [event for event in named if event["customer_id"] == who]
        record = append(Record.of(own[:built], KNOWN.get(who)), own[built:])
        record = Record.unpack(record.pack())
        for gate in GATES:
            for as_of in (0, 2, 3):
                rows = pl.DataFrame({"customer_id": [who], "as_of": as_of})
                assert Consent(rules, record, as_of).passes(gate) == (keeper.passing(gate, rows).height == 1)
