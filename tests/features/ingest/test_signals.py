"""A wide table of consents: several columns of yes and no in a row, each a signal of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml

from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.lake import Lake
from features.moments import micros
from features.privacy.gatekeeper import Gatekeeper

ROWS = """who,at,news,ads,stats
1,2024-01-01,granted,nein,1
2,2024-01-01,not set,,unknown
3,2024-01-01,,withdrawn,
4,2024-01-01,yes,perhaps,1
5,2024-01-01,ja,pending,1
6,2024-01-01,true,true,false
"""
SIGNALS = {"Marketing": "news", "C0004": "ads", "analytics": "stats"}
PURPOSES = {"email": {"channel": "email"}, "ads": {"gates": ["decisions"]}, "analytics": {"gates": ["insights"]}}
CONSENT = {"purposes": PURPOSES, "signals": {"Marketing": "email", "C0004": "ads"}}


def settings(folder: Path, signals: Mapping[str, str], table: str = "events", *, consent: object = None) -> Settings:
    (folder / "choices.csv").write_text(ROWS)
    source = {"table": table, "from": "choices.csv", "consents": dict(signals)}
    source |= {"kind": "consent", "columns": {"id": "who", "time": "at"}} if table == "events" else {}
    source |= {} if table == "events" else {"columns": {"customer_id": "who"}}
    document = {"name": "Shop", "sources": {"choices": source}, **({"consent": consent} if consent else {})}
    (folder / "stamkund.yaml").write_text(yaml.safe_dump(document))
    return read_settings(folder / "stamkund.yaml")


def test_a_row_tells_of_each_purpose_by_a_column_of_its_own(tmp_path: Path) -> None:
    wide = settings(tmp_path, SIGNALS, consent=CONSENT)
    (source,) = ingest(wide).sources
    assert (source.read, source.accepted, source.rejected) == (6, 4, {"unknown_status": 2})  # perhaps, and pending
    events = Lake(wide.lake).scan("events").sort("fragment").select("fragment", "consents").collect()
    assert {who: None if told is None else json.loads(told) for who, told in events.iter_rows()} == {
        "1": {"Marketing": True, "C0004": False, "analytics": True},
        "2": None,  # nothing is said, which is not the same as a no to all
        "3": {"C0004": False},
        "6": {"Marketing": True, "C0004": True, "analytics": False},
    }
    rows = Lake(wide.lake).scan("events")
    assert wide.consent is not None
    keeper = Gatekeeper.of(wide.consent, rows.with_columns(customer_id="fragment"), Lake(wide.lake).scan("customers"))
    listed = keeper.passes("decisions", as_of=micros(date(2024, 6, 1))).listed
    assert listed.filter("allowed")["customer_id"].to_list() == ["6"]


@pytest.mark.parametrize(
    ("signals", "table", "code", "field"),
    [
        ({"Advertising": "ads"}, "events", "unknown_signal", "sources.choices.consents"),
        ({"C0004": "ads"}, "customers", "unused_setting", "sources.choices.consents"),
        ({"C0004": "ads", "c0004": "stats"}, "events", "bad_setting", "sources.choices.consents"),
        ({"C0004": "no_such_column"}, "events", "unknown_source_column", "sources.choices.consents.C0004"),
    ],
)
def test_signals_that_can_mean_nothing_are_refused(
    tmp_path: Path, signals: dict[str, str], table: str, code: str, field: str
) -> None:
    with pytest.raises(StamkundError) as error:
        ingest(settings(tmp_path, signals, table, consent=CONSENT))
    assert (error.value.code, error.value.field) == (code, field)


def test_the_reason_names_the_signal_and_what_came(tmp_path: Path) -> None:
    wide = settings(tmp_path, {"C0004": "ads"})
    ingest(wide)
    assert "the signal C0004 is perhaps, which is neither yes nor no" in (wide.rejects / "choices.csv").read_text()
