"""The decisions that a store holds, as they were saved."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from serving.store.decisions import Decision, kept_decision

DECISION = Decision(
    decision_id="d1",
    time=7,
    id_type="user_id",
    id="1",
    customer_id="1",
    context={"channel": "web"},
    models={"redemption": "3"},
    placements=[{"id": "home", "items": [{"offer_id": "tea", "probability": 1.0}]}],
    control={"arm": "holdout"},
    catalogue="c0ffee",
    log=b"\x00\x01",
)


def saved_decision(store: Engine, decision_id: str) -> Decision | None:
    """The decision of that id, None when the table has no such row."""
    row = kept_decision(store, decision_id)
    if row is None:
        return None
    assert row.pop("eligible") == []
    return Decision(**row)
