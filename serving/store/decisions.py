"""The decisions that were answered, each with what it was chosen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from serving.store.commits.together import commit_together
from serving.store.schema import DECISIONS
from serving.telemetry.store import store_operation


@dataclass(frozen=True)
class Decision:
    """One decision: who, when (µs), from which eligible set, and each choice with its probability."""

    decision_id: str
    time: int
    id_type: str | None
    id: str | None
    customer_id: str | None
    context: Mapping[str, object]
    models: Mapping[str, str]
    eligible: Sequence[Mapping[str, object]]
    placements: Sequence[Mapping[str, object]]


def save_decision(engine: Engine, decision: Decision) -> None:
    """Keep a decision with its eligible set and the probability of each choice."""
    with store_operation("save_decision"):
        commit_together(engine, lambda connection: add_decision(connection, decision))


def add_decision(connection: Connection, decision: Decision) -> None:
    """The same within a transaction."""
    row = {
        **{name: getattr(decision, name) for name in ("decision_id", "time", "id_type", "id", "customer_id")},
        **{name: _json(getattr(decision, name)) for name in ("context", "models", "eligible", "placements")},
    }
    connection.execute(sa.insert(DECISIONS), row)


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
