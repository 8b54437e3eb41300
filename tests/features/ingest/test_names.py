"""What the settings name and nobody's data has stops a build, which changes nothing, unless it is accepted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.config.settings import Settings
from features.doctor import examine
from features.errors import StamkundError
from features.ingest.guards import unknown_names
from features.ingest.ingest import ingest
from features.lake import Lake
from features.moments import micros

PEOPLE = {"table": "customers", "from": "people.csv", "columns": {"customer_id": "id", "street": "at", "born": "born"}}
STATUS = {"table": "snapshots", "from": "status.csv", "columns": {"customer_id": "id", "time": "day", "health": "h"}}
VISITS = {"from": "visits.csv", "kind": "visit", "columns": {"id": "id", "time": "day"}}
TRAITS = {"from": "traits.csv", "kind": "identify", "columns": {"id": "id", "time": "day", "properties": "said"}}
FILES = {
    "people": "id,at,born\n1,Kungsgatan 9,1990-01-01\n",
    "status": "id,day,h\n1,2024-01-01,good\n",
    "visits": "id,day\n1,2024-01-01\n",
    "traits": 'id;day;said\n1;2024-01-02;{"zip": 22222}\n',
}
SOURCES = {"people": PEOPLE, "status": STATUS, "visits": VISITS, "traits": TRAITS}
NOW = micros(date(2024, 1, 3))
CONSENT = {"purposes": {"ads": {"gates": ["decisions"]}}}


def settings_of(home: Path, *sources: str, **sections: object) -> Settings:
    for name, text in FILES.items():
        (home / f"{name}.csv").write_text(text)
    own = {name: SOURCES[name] for name in sources or SOURCES}
    data = {"name": "Shop", "home": str(home / "home"), "sources": own, **sections}
    return Settings.model_validate(data, context={"folder": home})


@pytest.mark.parametrize(
    ("sections", "code", "field", "told"),
    [
        ({"identity": {"household": ["zip", "stret"]}}, "unknown_attribute", "identity.household[1]", "'street'"),
        ({"identity": {"household": ["zipp"]}}, "unknown_attribute", "identity.household[0]", "'zip'"),
        ({"identity": {"household": ["health"]}}, "unknown_attribute", "identity.household[0]", "Known: born, st"),
        ({"privacy": {"sensitive": ["street", "helth"]}}, "unknown_attribute", "privacy.sensitive[1]", "'health'"),
        (
            {"consent": CONSENT | {"minors": {"attribute": "birn", "deny": ["ads"]}}},
            "unknown_attribute", "consent.minors.attribute", "'born'",
        ),
        (
            {"consent": CONSENT | {"default": {"attribute": "strete", "values": {"A": "allowed"}}}},
            "unknown_attribute", "consent.default.attribute", "'street'",
        ),
        ({"privacy": {"keep": {"vizit": "9d"}}}, "unknown_kind", "privacy.keep.vizit", "'visit'"),
        (
            {"consent": {"purposes": {"mail": {"channel": "email", "after": "ordre"}}}},
            "unknown_kind", "consent.purposes.mail.after", "'order'",
        ),
    ],
)  # fmt: skip
def test_a_name_that_nobody_has_stops_the_build_with_the_nearest_one(
    tmp_path: Path, sections: dict[str, object], code: str, field: str, told: str
) -> None:
    settings = settings_of(tmp_path, **sections)
    with pytest.raises(StamkundError, match=told) as stopped:
        ingest(settings)
    assert (stopped.value.code, stopped.value.field) == (code, field)
    assert f"--accept {code}" in str(stopped.value)
    assert not Lake(settings.lake).files("events")
    ingest(settings, accept=[code])
    assert Lake(settings.lake).files("events")


@pytest.mark.parametrize(
    "sections",
    [
        {"identity": {"household": ["street", "zip"]}},  # of the table, of traits
        {"privacy": {"sensitive": ["health", "born", "zip"], "keep": {"viewed_product": "9d", "visit": "9d"}}},
        {"consent": CONSENT | {"minors": {"attribute": "zip", "deny": ["ads"]}}},
    ],
)
def test_names_that_somebody_has_pass_at_every_build(tmp_path: Path, sections: dict[str, object]) -> None:
    settings = settings_of(tmp_path, **sections)
    ingest(settings)
    ingest(settings)  # what tells them was read before


def test_where_no_table_of_customers_is_read_any_attribute_may_be_yet_to_come(tmp_path: Path) -> None:
    ingest(settings_of(tmp_path, "visits", "traits", identity={"household": ["stret"]}))


def test_the_doctor_tells_them(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, identity={"household": ["stret"]})
    ingest(settings, accept=["unknown_attribute"])
    (error,) = unknown_names(settings, Lake(settings.lake).scan("events"))
    found = [each.message for each in examine(settings, as_of=NOW).findings]
    assert str(error) in found
