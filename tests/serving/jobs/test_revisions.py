"""By how many people periods that are over were revised is counted from what they, and others of them, said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.identity.rulings import Ruling
from features.lake import Lake
from serving.jobs.revisions import revisions_of
from serving.privacy.erasure import erase
from serving.store.engine import open_store
from serving.store.event_log import append_events
from serving.store.people.rulings import add_ruling
from tests.insights.shop import Event, event, shop

CONSENT = {
    "purposes": {
        "analytics": {"basis": "interest", "gates": ["insights"]},
        "profiling": {"basis": "interest", "gates": ["profiles"]},
    }
}


def said(who: str, day: str, status: str, purpose: str = "analytics") -> dict[str, object]:
    return event(who, day, "consent", purpose=purpose, status=status)


# b said no, and c after a yes; d took its no back, e refused something else, f and g said nothing.
SAID = [
    said("b", "2024-02-01", "withdrawn"), said("c", "2024-02-01", "granted"), said("c", "2024-02-02", "denied"),
    said("d", "2024-02-01", "withdrawn"), said("d", "2024-02-03", "granted"),
    said("e", "2024-02-01", "withdrawn", "profiling"), *(event(who, "2024-01-05", value=100) for who in "abcdefg"),
]  # fmt: skip


def opened(home: Path, events: Sequence[Event], **more: Any) -> tuple[Settings, Engine]:
    settings = shop(home, events, store=f"sqlite:///{home / 'store.db'}", **more)
    return settings, open_store(settings.store_url)


def test_without_a_store_and_rules_of_consent_nobody_is_counted_and_no_store_is_made(tmp_path: Path) -> None:
    settings = shop(tmp_path, SAID, store=f"sqlite:///{tmp_path / 'store.db'}")
    assert revisions_of(settings) == {"erased": 0, "withdrawn": 0, "ruled_on": 0}
    assert not (tmp_path / "store.db").exists()


def test_those_whose_last_word_is_no_are_counted_wherever_they_said_it(tmp_path: Path) -> None:
    settings, store = opened(tmp_path, SAID, consent=CONSENT)
    assert revisions_of(settings)["withdrawn"] == 2
    append_events(store, [[said("f", "2024-02-09", "withdrawn")]], received_at=9)
    assert revisions_of(settings)["withdrawn"] == 3
    assert erase(settings, ["b"], store=store)
    assert revisions_of(settings) == {"erased": 1, "withdrawn": 2, "ruled_on": 0}


def test_who_was_merged_is_one_and_who_was_split_is_two_by_the_rulings_in_force(tmp_path: Path) -> None:
    settings, store = opened(tmp_path, SAID)
    row = {"fragment": "b", "customer_id": "a", "from": 0, "to": 2**63 - 1, "nobody_from": None}
    persons = pl.DataFrame([row], schema_overrides={"nobody_from": pl.Int64})
    Lake(settings.lake).write_people({"persons": persons})
    add_ruling(store, Ruling(1, "merge", ("a", "b")))
    assert revisions_of(settings)["ruled_on"] == 1
    add_ruling(store, Ruling(2, "merge", ("c", "d")))
    add_ruling(store, Ruling(3, "split", ("c", "d")))
    assert revisions_of(settings)["ruled_on"] == 3
    assert erase(settings, ["c"], store=store)
    assert revisions_of(settings) == {"erased": 1, "withdrawn": 0, "ruled_on": 1}  # the ruling went with c
