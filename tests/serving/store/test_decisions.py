from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from serving.store.decisions import save_decision
from tests.serving.decision_rows import DECISION, saved_decision


def test_a_decision_is_kept_with_its_eligible_set_and_probabilities(store: Engine) -> None:
    save_decision(store, DECISION)
    assert saved_decision(store, "d1") == DECISION
    assert saved_decision(store, "d2") is None


def test_a_decision_that_is_kept_already_is_the_same_error_with_every_database(store: Engine) -> None:
    save_decision(store, DECISION)
    with pytest.raises(IntegrityError):
        save_decision(store, DECISION)
