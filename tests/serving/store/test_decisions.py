from __future__ import annotations

from sqlalchemy.engine import Engine

from serving.store.decisions import save_decision
from tests.serving.decision_rows import DECISION, saved_decision


def test_a_decision_is_kept_with_its_eligible_set_and_probabilities(store: Engine) -> None:
    save_decision(store, DECISION)
    assert saved_decision(store, "d1") == DECISION
    assert saved_decision(store, "d2") is None
