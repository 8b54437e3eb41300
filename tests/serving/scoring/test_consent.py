from __future__ import annotations

from pathlib import Path

import pytest

from features.config.sections.consent import ConsentSettings
from features.config.settings import Settings
from features.errors import StamkundError
from serving.http.current.state import CurrentState
from serving.scoring.batches.batch import score_batch, scores
from serving.store.event_log import append_events
from tests.serving.shop import NOW

CONSENT = ConsentSettings.model_validate(
    {"purposes": {"scoring": {"basis": "interest", "gates": ["scores"]},
                  "sharing": {"basis": "interest", "gates": ["exports"]}}}
)  # fmt: skip


def settings_of(own: CurrentState, *words: tuple[str, str]) -> Settings:
    """The shop with rules, and a word of some customers on purposes that came over HTTP and that no build has read."""
    sent: dict[str, object] = {
        "source": "http",
        "id_type": "user_id",
        "kind": "consent",
        "status": "objected",
        "time": NOW,
    }
    events = [[sent | {"event_id": f"{who}-{p}", "id": who, "fragment": who, "purpose": p}] for who, p in words]
    append_events(own.state.store, events, received_at=NOW)
    return own.state.settings.model_copy(update={"consent": CONSENT})


def test_a_batch_leaves_out_who_does_not_allow_it(own: CurrentState, tmp_path: Path) -> None:
    settings = settings_of(own, ("1", "scoring"), ("2", "sharing"))
    lineup = own.state.lineup
    whole = scores(settings, as_of=NOW, lineup=lineup)["customer_id"].to_list()
    assert ("1" in whole, "2" in whole, len(whole)) == (False, True, 79)
    written = score_batch(settings, as_of=NOW, out=tmp_path / "scores.parquet", lineup=lineup)
    assert written.customers == 78  # what is written elsewhere is another purpose


def test_who_is_asked_for_and_does_not_allow_it_is_told_apart_from_the_unknown(own: CurrentState) -> None:
    settings = settings_of(own, ("1", "scoring"))
    for who, code in (("1", "no_consent"), ("nobody", "unknown_customer")):
        with pytest.raises(StamkundError) as caught:
            scores(settings, [who], as_of=NOW, lineup=own.state.lineup)
        assert caught.value.code == code
