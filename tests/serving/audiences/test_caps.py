"""Caps count what was chosen for a person under any of their identifiers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from features.config.settings import Settings
from insights.segments.customers import Columns
from serving.audiences.caps import under_caps
from serving.store.choices.choices import Choice, add_choices
from serving.store.engine import open_store
from serving.store.tables.schema import IDENTITY


def test_what_was_chosen_under_an_address_counts_for_the_person_whose_it_is(tmp_path: Path) -> None:
    settings = Settings.model_validate({
        "name": "Tea", "home": str(tmp_path), "sources": {}, "identity": {},
        "decisions": {"caps": {"twice": {"limit": 2, "channel": "email"}}},
    })  # fmt: skip
    store = open_store(settings.store_url)
    shown = [("ann", "email"), ("email:ann@x.se", "email"), ("bo", "email"), ("bo", "web"), ("cy", "email")]
    chosen = [
        Choice(f"d{place}", fragment, place, channel, "home", 1, "tea", None, "offer")
        for place, (fragment, channel) in enumerate([*shown, ("cy", "email")])
    ]
    with store.begin() as connection:
        add_choices(connection, chosen)
        connection.execute(sa.insert(IDENTITY), {"node": "email:ann@x.se", "customer_id": "ann", "built": False})
    columns = Columns(pa.array(["ann", "bo", "cy"]), {}, 9, "", "UTC")
    members = np.array([True, True, False])
    assert under_caps(settings, store, columns, members, "email", as_of=9).tolist() == [False, True, True]
    assert under_caps(settings, store, columns, members, "web", as_of=9).all()
    assert under_caps(settings, store, columns, members, "email", as_of=0).all()
    store.dispose()
