"""Customers of whom several sources tell: each one's word is kept with its moment, and a rule says which counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.identity.join import join_people
from features.identity.people import People
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.lake import Lake
from features.profiles.holdings import holdings
from tests.features.sourcing import settings_of

COLUMNS = {"customer_id": "id", "city": "city"}


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    """Ann moved after the shop last heard of her; the shop knows Bo alone."""
    (tmp_path / "shop.csv").write_text("id,city,at\nann,Lund,2017-03-01 12:00\nbo,Lund,\n")
    (tmp_path / "crm.csv").write_text("id,city,at\nann,Umeå,2017-05-01 12:00\n")
    sources: dict[str, dict[str, object]] = {
        name: {"table": "customers", "from": f"{name}.csv", "columns": COLUMNS, "updated_at": "at"}
        for name in ("shop", "crm")
    }
    return settings_of(tmp_path, **sources)


def built(settings: Settings, **attributes: object) -> tuple[IngestReport, list[tuple[object, ...]]]:
    """The report of a build with rules, and what counts of whom then."""
    identity = IdentitySettings.model_validate({"attributes": attributes})
    with_rules = settings.model_copy(update={"identity": identity})
    report = join_people(with_rules, ingest(with_rules))
    return report, People.at(Lake(settings.lake), [0]).about("customers").collect().rows()


def test_the_rule_of_the_settings_says_whose_word_counts(shop: Settings) -> None:
    first, newest = [("ann", "Lund"), ("bo", "Lund")], [("ann", "Umeå"), ("bo", "Lund")]
    assert built(shop)[1] == first
    assert built(shop, default="newest")[1] == newest
    assert built(shop, city={"trusted": ["crm"]})[1] == newest
    assert built(shop, city="most_frequent")[1] == first
    assert built(shop)[1] == first


def test_another_rule_is_news_of_everybody_and_another_lake(shop: Settings) -> None:
    built(shop, city="newest")
    again, _ = built(shop, city="newest")
    other, _ = built(shop, city={"trusted": ["shop"]})
    assert (again.fragments, other.fragments) == (frozenset(), None)
    assert again.version != other.version


def test_a_source_whose_word_changes_is_news_of_its_customers_alone(shop: Settings) -> None:
    built(shop, city="newest")
    (shop.folder / "crm.csv").write_text("id,city,at\nann,Ystad,2017-06-01 12:00\n")
    report, rows = built(shop, city="newest")
    assert (report.fragments, rows[0]) == (frozenset({"ann"}), ("ann", "Ystad"))


def test_what_is_held_of_somebody_tells_who_says_so_and_since_when(shop: Settings) -> None:
    built(shop, city="newest")
    (held,) = [each for each in holdings(shop) if each.name == "customers"]
    assert held.rows is not None
    assert held.rows(["ann", "bo"]) == [
        {"customer_id": "ann", "source": "shop", "updated_at": "2017-03-01T12:00:00Z", "attributes": {"city": "Lund"}},
        {"customer_id": "ann", "source": "crm", "updated_at": "2017-05-01T12:00:00Z", "attributes": {"city": "Umeå"}},
        {"customer_id": "bo", "source": "shop", "attributes": {"city": "Lund"}},
    ]


def test_a_moment_that_cannot_be_read_is_refused(shop: Settings) -> None:
    (shop.folder / "crm.csv").write_text("id,city,at\nann,Umeå,lately\n")
    report = ingest(shop)
    assert report.sources[1].rejected == {"bad_time": 1}
