"""Who lives together at a moment, by attributes that people share; nobody is joined by it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import polars as pl
import pytest

from features.config.sections.identity import IdentitySettings
from features.identity.households.household import household_id
from features.identity.households.members import households_at
from features.lake import Lake
from features.privacy.gatekeeper import EVERYBODY, Pass, all_but
from features.units import DAY
from tests.features.identity.test_people import lake_of

HOME, AWAY = household_id(["Storgatan 1", "22222"]), household_id(["Kungsgatan 9", "22222"])
TABLE = pl.DataFrame(
    [
        ("u1", "Storgatan 1", "22222"),
        ("u2", "storgatan  1", "22222 "),  # the same, written otherwise
        ("u3", "Storgatan 1", "22222"),  # known from the fourth day on: their first event
        ("u4", "Kungsgatan 9", None),  # half an address is none
        ("u5", "Kungsgatan 9", "22222"),  # nothing tells a time: always
        ("email:a@x.se", "Storgatan 1", "22222"),  # is u1 from the third day on
    ],
    {"customer_id": pl.String, "street": pl.String, "zip": pl.String},
    orient="row",
)


def event(name: str, day: int, user: str, **columns: object) -> dict[str, object]:
    own = {"id_type": "user_id", "id": user, "fragment": user}
    told = {"event_id": name, "source": "web", "time": day * DAY, "kind": "visit", "known_at": None, "ids": None}
    return told | own | columns


STORY = [
    event("a", 1, "u1"),
    event("b", 1, "u2"),
    event("c", 1, "u4"),
    event("d", 1, "e", id_type="email", id="a@x.se", fragment="email:a@x.se"),
    event("e", 3, "u1", ids='{"email": "a@x.se"}'),
    event("f", 4, "u3"),
    event("g", 5, "u2", kind="identify", properties='{"street": "Kungsgatan 9"}'),
    event("h", 6, "u2", kind="identify", properties='{"zip": null}'),
    event("i", 6, "u4", kind="identify", properties='{"zip": 22222}', known_at=8 * DAY),
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return lake_of(tmp_path, STORY, customers=TABLE)


def told(lake: Lake, day: int, allowed: Pass = EVERYBODY) -> dict[str, tuple[str, int]]:
    rows = households_at(lake, ["street", "zip"], as_of=day * DAY, allowed=allowed).iter_rows()
    return {customer: (cast(str, home), people) for customer, home, people in rows}


def test_people_are_counted_in_the_household_that_each_was_known_to_live_in(lake: Lake) -> None:
    two = {"email:a@x.se": (HOME, 3), "u1": (HOME, 3), "u2": (HOME, 3), "u5": (AWAY, 1)}
    assert told(lake, 2) == two
    assert told(lake, 3) == {"u1": (HOME, 2), "u2": (HOME, 2), "u5": (AWAY, 1)}  # who is one person counts once
    assert told(lake, 4) == {"u1": (HOME, 3), "u2": (HOME, 3), "u3": (HOME, 3), "u5": (AWAY, 1)}
    assert told(lake, 5) == {"u1": (HOME, 2), "u2": (AWAY, 2), "u3": (HOME, 2), "u5": (AWAY, 2)}  # u2 moves
    assert told(lake, 7) == {"u1": (HOME, 2), "u3": (HOME, 2), "u5": (AWAY, 1)}  # u2 takes it back
    assert told(lake, 8) == {"u1": (HOME, 2), "u3": (HOME, 2), "u4": (AWAY, 2), "u5": (AWAY, 2)}  # known late


def test_who_allows_no_profile_is_in_no_household(lake: Lake) -> None:
    assert told(lake, 4, all_but(["u2"])) == {"u1": (HOME, 2), "u3": (HOME, 2), "u5": (AWAY, 1)}


def test_a_table_that_tells_since_when_it_knew_somebody_is_believed(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, STORY[:2], customers=TABLE)
    row = {"event_id": "x", "source": "crm", "kind": "identifications", "id_type": "user_id", "id": "u5"}
    ids = {"time": 6 * DAY, "known_at": None, "ids": '{"phone": "1"}'}
    types = {"time": pl.Int64, "known_at": pl.Int64}
    with lake.writing() as draft:
        for table in ("events", "customers"):
            draft.keep(table, lake.parts(table))
        pl.DataFrame([row | ids], schema_overrides=types).write_parquet(draft.part("identifications"))
    assert "u5" not in told(lake, 5)
    assert told(lake, 6)["u5"] == (AWAY, 1)


@pytest.mark.parametrize("names", [["street", "street"], ["customer_id"]])
def test_attributes_that_tell_no_household_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="Name each attribute of a household once"):
        IdentitySettings.model_validate({"household": names})
