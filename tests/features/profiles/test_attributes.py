"""Attributes from files to features: the table of customers, traits and snapshots, each from its own time on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from features.config.settings import Settings
from features.lake import Lake
from features.profiles.build import BuildResult, build
from features.profiles.frames import profiles_at
from features.profiles.records import records
from features.reading.iso import parse
from features.units import DAY

NOW = parse("2024-06-30")
Spec = dict[str, object]
ORDER: Spec = {"kind": "order", "from": "orders.csv", "columns": {"id": "who", "time": "day", "value": "paid"}}
PEOPLE: Spec = {
    "table": "customers",
    "from": "people.csv",
    "columns": {"customer_id": "who", "age": "age", "joined": "joined", "mail": "mail"},
    "formats": {"joined": "%d.%m.%Y", "age": "1234,56"},
}
FORMS: Spec = {
    "kind": "identify",
    "from": "forms.csv",
    "columns": {"id": "who", "time": "day", "properties": "answers"},
}
WEEKLY: Spec = {
    "table": "snapshots",
    "from": "weekly/*.csv",
    "columns": {"customer_id": "who", "time": "day", "balance": "balance", "tier": "tier", "nth": "balance"},
}
WHO = [f"c{n:02}" for n in range(60)]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Sixty customers who order, and are as old as their number plus a half."""
    write(tmp_path / "orders.csv", "who,day,paid", *(f"{who},2024-05-{day:02},5" for who in WHO for day in (2, 20)))
    people = (f'{who},"{n},5",{n % 28 + 1:02}.01.2024,{who}@example.org' for n, who in enumerate(WHO))
    write(tmp_path / "people.csv", "who,age,joined,mail", *people)
    return tmp_path


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def built(folder: Path, *, as_of: int = NOW, refit: bool = False, **sources: Spec) -> BuildResult:
    given: Spec = {"name": "Shop", "home": str(folder / "home"), "sources": {"orders": ORDER, **sources}}
    given["features"] = {"fitted_at": "2024-06-01"}
    settings = Settings.model_validate(given, context={"folder": folder})
    made = build(settings, as_of=as_of, refit=refit)
    lake = Lake(settings.lake)
    found = profiles_at(lake, made.feature_set, as_of=as_of)
    for customer, record in records(lake, found["customer_id"].to_list(), as_of=NOW):
        row = found.filter(customer_id=customer).drop("customer_id", "as_of").to_numpy()[0]
        assert made.feature_set.online.vector(record, as_of=as_of).tobytes() == np.ascontiguousarray(row).tobytes()
    return made


def told(made: BuildResult, customer: str, *names: str) -> list[object]:
    """What people read of some features."""
    row = made.profiles.filter(customer_id=customer).row(0, named=True)
    return [made.feature_set.feature(name).display(row[name]) for name in names]


def test_numbers_and_dates_of_customers_are_features_and_the_rest_is_named(shop: Path) -> None:
    made = built(shop, people=PEOPLE)
    assert told(made, "c07", "age", "days_since_joined") == [7.5, (NOW - parse("2024-01-08")) / DAY]
    assert made.unused_attributes == {"mail": "60 different texts"}
    assert "mail" not in made.feature_set.names
    again = built(shop, people=PEOPLE)
    assert (again.unused_attributes, again.feature_set) == ({}, made.feature_set)  # of the fit before


def test_a_value_that_is_not_what_its_format_says_is_refused_with_its_row(shop: Path) -> None:
    rows = ("c00,old,01.01.2024,a", "c01,7,2024-01-01,b", "c02,7,02.01.2024,c")
    write(shop / "people.csv", "who,age,joined,mail", *rows)
    made = built(shop, people=PEOPLE)
    (people,) = (source for source in made.report.sources if source.name == "people")
    assert (people.accepted, people.rejected) == (1, {"bad_attribute": 2})


def test_traits_are_features_from_their_time_on(shop: Path) -> None:
    answers = [{"kids": n % 4, "since": f"2023-01-{n % 28 + 1:02}", "vip": n % 2 == 0} for n in range(60)]
    texts = [json.dumps(answer).replace('"', '""') for answer in answers]
    rows = [f'{who},2024-05-10T12:00:00,"{text}"' for who, text in zip(WHO, texts, strict=True)]
    late = '{""kids"": 9, ""vip"": null}'
    write(shop / "forms.csv", "who,day,answers", *rows, f'c07,2024-06-20T12:00:00,"{late}"')
    made = built(shop, forms=FORMS)
    assert told(made, "c07", "kids", "vip", "days_since_since") == [9.0, None, (NOW - parse("2023-01-08")) / DAY]
    for moment, kids in (("2024-05-10T11:59:59", None), ("2024-05-10T12:00:00", 3.0), ("2024-06-20T11:59:59", 3.0)):
        earlier = built(shop, as_of=parse(f"{moment}+00:00"), forms=FORMS)
        assert told(earlier, "c07", "kids") == [kids]


def test_a_trait_stands_before_the_table_until_it_says_nothing(shop: Path) -> None:
    ages = [f'{who},2024-05-01T12:00:00,"{{""age"": {n}}}"' for n, who in enumerate(WHO[:30])]
    write(shop / "forms.csv", "who,day,answers", *ages)
    made = built(shop, people=PEOPLE, forms=FORMS)
    assert [told(made, who, "age") for who in ("c07", "c40")] == [[7.0], [40.5]]


def snapshots(folder: Path, day: str, *rows: str) -> None:
    """A file of one day."""
    dated = (f"{who},{day},{rest}" for who, _, rest in (row.partition(",") for row in rows))
    write(folder / "weekly" / f"{day}.csv", "who,day,balance,tier", *dated)


def test_the_last_snapshot_by_a_moment_is_true_then(shop: Path) -> None:
    for week, day in enumerate(("2024-05-12", "2024-05-19", "2024-06-09")):
        snapshots(shop, day, *(f"{who},{n + 100 * week},{'gold' if n % 2 else 'free'}" for n, who in enumerate(WHO)))
    snapshots(shop, "2024-06-25", "c07,1000,", "new,5,gold")
    made = built(shop, weekly=WEEKLY)
    names = ("balance", "balance_change", "tier")
    assert told(made, "c07", *names) == [1000, 793, None]
    assert told(made, "c08", *names, "nth", "nth_change") == [208, 100, "free", 208, 100]
    assert told(made, "new", *names, "orders_all") == [5, None, "gold", 0]
    end = parse("2024-05-19", day_ends=True)  # a day's snapshot is true from its end on
    assert told(built(shop, as_of=end - 1, weekly=WEEKLY), "c07", *names) == [7, None, "gold"]
    assert told(built(shop, as_of=end, weekly=WEEKLY), "c07", *names) == [107, 100, "gold"]
    assert "new" not in built(shop, as_of=end, weekly=WEEKLY).profiles["customer_id"].to_list()


def test_later_snapshots_change_no_earlier_profile_and_are_read_when_they_come(shop: Path) -> None:
    snapshots(shop, "2024-05-12", *(f"{who},{n},a" for n, who in enumerate(WHO)), "c00,7,b")
    made = built(shop, weekly=WEEKLY)
    (report,) = (source for source in made.report.sources if source.name == "weekly")
    assert report.rejected == {"duplicate_snapshot": 1}
    before = profiles_at(Lake(shop / "home" / "lake"), made.feature_set, as_of=parse("2024-06-01"))
    snapshots(shop, "2024-06-09", "c03,77,a")
    after = built(shop, weekly=WEEKLY)
    assert after.report.fragments == frozenset(["c03"])
    assert told(after, "c03", "balance", "balance_change") == [77, 74]
    again = profiles_at(Lake(shop / "home" / "lake"), made.feature_set, as_of=parse("2024-06-01"))
    assert again.equals(before, null_equal=True)


def test_a_snapshot_needs_its_time(shop: Path) -> None:
    weekly = WEEKLY | {"columns": {"customer_id": "who", "balance": "balance"}}
    with pytest.raises(ValueError, match="A source of snapshots needs the column `time`"):
        built(shop, weekly=weekly)
