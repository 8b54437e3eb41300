"""What people do later, told of whom they were at the moment of the look."""

from __future__ import annotations

from pathlib import Path

from features.units import DAY
from tests.features.identity.test_people import event, lake_of
from training.targets.later import told_later


def test_what_a_person_does_later_is_done_by_all_whom_they_were(tmp_path: Path) -> None:
    link = event(3, "u1", '{"email": "a@x.se"}')
    lake = lake_of(tmp_path, [event(1, "email:a@x.se"), event(2, "u1"), link, event(4, "u1")])
    events = lake.scan("events").select("fragment", "time").collect()

    def told(as_of: int, until: int) -> list[tuple[int, str]]:
        rows = told_later(events, lake, as_of=as_of * DAY, until=until * DAY).sort("time", "customer_id")
        return [(time // DAY, customer) for time, customer in rows.select("time", "customer_id").iter_rows()]

    before = [(1, "email:a@x.se"), (2, "u1")]
    assert told(2, 2) == [*before, (3, "u1"), (4, "u1")]  # nobody is joined by then
    assert told(2, 4) == [*before, (3, "email:a@x.se"), (3, "u1"), (4, "email:a@x.se"), (4, "u1")]
