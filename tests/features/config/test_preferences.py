"""Rules for attributes: what a file may say, and what each attribute's rule is then."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.config.preferences import preferences
from features.config.settings import Settings, read_settings
from features.errors import StamkundError

SOURCES = """
  crm: {table: customers, from: crm.csv, columns: {customer_id: id, email: mail, city: town}, updated_at: changed}
  shop: {table: customers, from: shop.csv, columns: {customer_id: id, city: city, age: age}}
  visits: {from: visits.csv, kind: visit, columns: {id: id, time: at}}
"""


def settings(home: Path, attributes: str, sources: str = SOURCES) -> Settings:
    (home / "stamkund.yaml").write_text(f"name: Shop\nidentity: {{attributes: {attributes}}}\nsources:{sources}")
    return read_settings(home / "stamkund.yaml")


def test_each_attribute_has_its_rule_or_the_default_one(tmp_path: Path) -> None:
    read = settings(tmp_path, "{default: newest, email: {trusted: [crm, shop]}, city: most_frequent}")
    assert read.identity
    rules = preferences(read.identity.attributes, read.sources)
    assert {name: (rule.rule, rule.sources) for name, rule in rules.items()} == {
        "email": ("trusted", ("crm", "shop")), "city": ("most_frequent", ()), "age": ("newest", ()),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "code", "field", "text"),
    [
        ("{city: newset}", "unknown_rule", "identity.attributes.city", "did you mean 'newest'?"),
        ("{city: trusted}", "bad_setting", "identity.attributes.city", "{trusted: [crm, shop]}"),
        ("{city: {trusts: [crm]}}", "bad_setting", "identity.attributes.city", "{trusted: [crm, shop]}"),
        ("{city: {trusted: []}}", "bad_setting", "identity.attributes.city", "at least one source"),
        ("{city: {trusted: [crm, crm]}}", "bad_setting", "identity.attributes.city", "each once"),
        ("{citty: newest}", "unknown_attribute", "identity.attributes.citty", "did you mean 'city'?"),
        ("{city: {trusted: [crn]}}", "unknown_source", "identity.attributes.city", "did you mean 'crm'?"),
        ("{city: {trusted: [visits]}}", "unknown_source", "identity.attributes.city", "source of customers 'visits'"),
    ],
)
def test_what_means_nothing_is_refused(tmp_path: Path, attributes: str, code: str, field: str, text: str) -> None:
    with pytest.raises(StamkundError) as caught:
        settings(tmp_path, attributes)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert text in str(caught.value)


def test_the_newest_needs_a_source_that_tells_when(tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="`updated_at: modified`") as caught:
        settings(tmp_path, "{default: newest}", SOURCES.replace(", updated_at: changed", ""))
    assert (caught.value.code, caught.value.field) == ("missing_key", "identity.attributes.default")


def test_only_rows_of_customers_tell_when_they_last_changed(tmp_path: Path) -> None:
    with pytest.raises(StamkundError) as caught:
        settings(tmp_path, "{}", SOURCES.replace("kind: visit,", "kind: visit, updated_at: at,"))
    assert (caught.value.code, caught.value.field) == ("unused_setting", "sources.visits.updated_at")
