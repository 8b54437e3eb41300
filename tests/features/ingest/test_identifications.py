"""Tables of customers that hold several identifiers of one: what they tell of who is who, and from when on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.config.source import Source
from features.errors import StamkundError
from features.identity.join import join_people
from features.identity.people import customers_of
from features.ingest.ingest import ingest
from features.lake import Lake
from features.moments import micros
from tests.features.sourcing import settings_of

PEOPLE = "who,mail,age,made\n1,Anna@x.se,30,2017-01-05\n2,,40,2017-01-06\nemail:x,b@x.se,50,\n"
FIRST, LATER = datetime(2017, 3, 1, tzinfo=UTC), datetime(2017, 9, 1, tzinfo=UTC)
DATED = micros(datetime(2017, 1, 6, tzinfo=UTC)) - 1  # a day means its end
Told = list[tuple[str, object, int]]


def shop(home: Path, text: str = PEOPLE, **more: object) -> Settings:
    """Customers with their addresses, and a visit of an address."""
    (home / "people.csv").write_text(text)
    (home / "visits.csv").write_text("who,at\nanna@x.se,2017-02-01\n")
    columns, ids = {"customer_id": "who", "age": "age"}, {"email": "mail"}
    people = {"table": "customers", "from": "people.csv", "columns": columns, "ids": ids, **more}
    visits: dict[str, object] = {
        "from": "visits.csv",
        "kind": "visit",
        "id_type": "email",
        "columns": {"id": "who", "time": "at"},
    }
    return settings_of(home, people=people, visits=visits).model_copy(update={"identity": IdentitySettings()})


def told(settings: Settings, at: datetime, *, anew: bool = False) -> Told:
    """What a build at a moment of the clock keeps: of whom, which identifiers, and from when on."""
    at_clock = settings.model_copy(update={"clock": at})
    join_people(at_clock, ingest(at_clock, anew=anew))
    rows = Lake(settings.lake).scan("identifications").collect().sort("id").iter_rows(named=True)
    return [(row["id"], orjson.loads(row["ids"]), row["time"]) for row in rows]


def test_undated_identifiers_count_from_when_they_were_first_read(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    first = [("1", {"email": "Anna@x.se"}, micros(FIRST)), ("email:x", {"email": "b@x.se"}, micros(FIRST))]
    assert told(settings, FIRST) == first
    assert told(settings, LATER) == first
    assert told(settings, LATER, anew=True) == first
    shop(tmp_path, PEOPLE + "3,c@x.se,20,\n")
    assert told(settings, LATER) == [first[0], ("3", {"email": "c@x.se"}, micros(LATER)), first[1]]


def test_dated_ones_count_from_then_on(tmp_path: Path) -> None:
    settings = shop(tmp_path, since="made")
    assert [row[2] for row in told(settings, FIRST)] == [DATED, micros(FIRST)]


def test_they_join_people_from_their_moment_on(tmp_path: Path) -> None:
    settings = shop(tmp_path, since="made")
    told(settings, FIRST)
    lake = Lake(settings.lake)
    whose = [customers_of(lake, ["email:anna@x.se"], as_of=moment) for moment in (DATED - 1, DATED)]
    assert whose == [{"email:anna@x.se"}, {"1"}]
    assert lake.scan("customers").collect().columns == ["customer_id", "source:", "updated_at:", "age"]
    assert lake.scan("customers").collect()["customer_id"].sort().to_list() == ["1", "2", "user_id:email:x"]


def test_the_lake_does_not_change_when_nothing_does(tmp_path: Path) -> None:
    settings = shop(tmp_path)
    told(settings, FIRST)
    version = Lake(settings.lake).version
    told(settings, LATER)
    assert Lake(settings.lake).version == version


def test_customers_of_another_type_of_id_are_told_by_it(tmp_path: Path) -> None:
    settings = shop(
        tmp_path, "who,mail,age\nA@x.se,,1\nB@x.se,c@x.se,2\n", id_type="email", ids={"loyalty_card": "mail"}
    )
    assert told(settings, FIRST) == [("b@x.se", {"loyalty_card": "c@x.se"}, micros(FIRST))]


def test_a_moment_that_cannot_be_read_refuses_its_row(tmp_path: Path) -> None:
    settings = shop(tmp_path, "who,mail,age,made\n1,a@x.se,30,soon\n2,b@x.se,30,2017-01-05\n", since="made")
    report = ingest(settings)
    assert report.sources[0].rejected == {"bad_time": 1}


@pytest.mark.parametrize(
    "section",
    [
        {"table": "customers", "columns": {"customer_id": "who"}, "since": "made"},
        {"kind": "visit", "columns": {"id": "who", "time": "at"}, "ids": {"email": "mail"}, "since": "made"},
    ],
)
def test_a_moment_of_no_identifiers_is_refused(section: dict[str, object]) -> None:
    with pytest.raises((StamkundError, ValueError), match="take it away"):
        Source.model_validate({"from": "a.csv", **section})
