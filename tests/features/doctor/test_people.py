"""What the doctor says of who is who."""

from __future__ import annotations

from pathlib import Path

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.doctor.people.who_is_who import who_is_who
from features.units import DAY
from tests.features.identity.test_households import STORY as NEIGHBOURS
from tests.features.identity.test_households import TABLE
from tests.features.identity.test_people import STORY, event, lake_of

NOW = 9 * DAY


def settings(identity: IdentitySettings | None) -> Settings:
    return Settings.model_validate({"name": "Shop", "home": "/nowhere", "sources": {}}).model_copy(
        update={"identity": identity}
    )


def test_without_identity_it_says_what_the_usual_rules_would_join(tmp_path: Path) -> None:
    (finding,) = who_is_who(lake_of(tmp_path, STORY, joined=False), settings(None), as_of=NOW)
    assert finding.level == "note"
    # email:a@x.se and u1 are two customers until they are joined; the browser is shared by u2, and nobody's.
    told = "2 profiles would become 1; the largest would hold 1 email, 1 user_id. Nobody would be split."
    assert finding.message.endswith(told)


def test_with_identity_it_counts_merges_and_names_what_is_shared(tmp_path: Path) -> None:
    merges, shared = who_is_who(lake_of(tmp_path, STORY), settings(IdentitySettings()), as_of=NOW)
    assert (
        merges.message == "2 merges of people, from 3 links between identifiers; the largest, u1, holds 3 identifiers."
    )
    assert shared.message.startswith("1 values serve more people than they may, and are nobody's: anonymous_id:f00")


def test_it_says_nothing_where_no_event_brings_two_identifiers(tmp_path: Path) -> None:
    assert list(who_is_who(lake_of(tmp_path, [event(1, "u1")]), settings(None), as_of=NOW)) == []


def test_it_names_what_people_write_where_they_have_no_address(tmp_path: Path) -> None:
    events = [event(1, "u1", '{"email": "none@x.se"}'), event(2, "u2", '{"email": "none@x.se"}')]
    _, nobodys, *_ = who_is_who(lake_of(tmp_path, events), settings(IdentitySettings()), as_of=NOW)
    assert nobodys.message == "Values that stand for nobody came with 2 links, and join nobody: email:none@x.se 2."


def test_it_counts_households_and_says_where_there_can_be_none(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, NEIGHBOURS, customers=TABLE)
    live = settings(IdentitySettings(household=("street", "zip")))
    *_, found = who_is_who(lake, live, as_of=8 * DAY)
    assert (found.level, found.message) == ("ok", "4 customers in 2 households; the largest holds 2.")
    *_, none = who_is_who(lake, settings(IdentitySettings(household=("street", "house_no"))), as_of=8 * DAY)
    assert (none.level, none.message) == (
        "warning",
        "Nobody is in a household: of nobody street and house_no are known.",
    )
