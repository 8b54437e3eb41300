"""The decisions that a store holds, as they were saved."""

from __future__ import annotations

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from serving.store.decisions import Decision
from serving.store.schema import DECISIONS

DECISION = Decision(
    decision_id="d1",
    time=7,
    id_type="user_id",
    id="1",
    customer_id="1",
    context={"channel": "web"},
    models={"redemption": "3"},
    eligible=[{"offer_id": "tea", "expected_value": 0.5}],
    placements=[{"id": "home", "items": [{"offer_id": "tea", "probability": 1.0}]}],
)
JSON = ("context", "models", "eligible", "placements")


def saved_decision(store: Engine, decision_id: str) -> Decision | None:
    """The decision of that id, None when the table has no such row."""
    with store.connect() as connection:
        row = connection.execute(sa.select(DECISIONS).where(DECISIONS.c.decision_id == decision_id)).first()
    if row is None:
        return None
    fields = row._asdict()
    return Decision(**fields | {name: orjson.loads(fields[name]) for name in JSON})
