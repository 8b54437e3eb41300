"""Who may be looked at: in the profiles of a build, and in what the features are fitted on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import yaml

from features import StamkundError, build, read_settings
from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.lake import Lake
from features.moments import micros
from features.privacy.rules import ConsentRules
from features.profiles.build import BuildResult
from features.profiles.consent import gatekeeper_of
from features.profiles.records import records

START, AS_OF = datetime(2024, 1, 1), micros(datetime(2024, 3, 1))  # noqa: DTZ001
CONSENT = {"purposes": {"profiling": {"basis": "interest", "gates": ["profiles"]}}}


def built(folder: Path, said: list[str], **settings: object) -> BuildResult:
    orders = ["customer,at,category,paid"]
    for n in range(60):
        who = f"c{n % 6}"
        orders.append(f"{who},{START + timedelta(days=n // 2)},{'Wigs' if who == 'c0' else 'Tea'},{n + 1}.00")
    (folder / "orders.csv").write_text("\n".join(orders))
    (folder / "said.csv").write_text("\n".join(["customer,at,purpose,answer", *said]))
    people = ["customer,region,illness", *(f"c{n},{'NS'[n % 2]},{'ab'[n % 2]}" for n in range(7))]
    (folder / "people.csv").write_text("\n".join(people))
    columns = {"id": "customer", "time": "at"}
    sources = {
        "orders": {"kind": "order", "from": "orders.csv",
                   "columns": columns | {"category": "category", "value": "paid"}},
        "said": {"kind": "consent", "from": "said.csv",
                 "columns": columns | {"purpose": "purpose", "status": "answer"}},
        "people": {"table": "customers", "from": "people.csv",
                   "columns": {"customer_id": "customer", "region": "region", "illness": "illness"}},
    }  # fmt: skip
    file = folder / "stamkund.yaml"
    file.write_text(yaml.safe_dump({"name": "Shop", "sources": sources, **settings}))
    return build(read_settings(file), as_of=AS_OF)


def test_profiles_are_of_those_who_allow_them_and_equal_to_those_without_rules(tmp_path: Path) -> None:
    said = ["c1,2024-01-05,profiling,objected", "c6,2024-01-05,profiling,objected"]
    for name in ("free", "ruled"):
        (tmp_path / name).mkdir()
    free, ruled = built(tmp_path / "free", said), built(tmp_path / "ruled", said, consent=CONSENT)
    assert free.profiles["customer_id"].to_list() == [f"c{n}" for n in range(7)]
    assert ruled.customers == 5
    shared = [name for name in ruled.profiles.columns if name in free.profiles.columns and not name.startswith("rfm")]
    shared = [name for name in shared if "percentile" not in name and name != "stage"]
    others = free.profiles.filter(~pl.col("customer_id").is_in(["c1", "c6"]))
    assert ruled.profiles.select(shared).equals(others.select(shared), null_equal=True)


def test_features_are_fitted_on_those_who_allow_profiles(tmp_path: Path) -> None:
    wigs = {name for name in built(tmp_path, ["c1,2024-01-05,profiling,granted"]).feature_set.names if "wigs" in name}
    assert wigs
    (tmp_path / "ruled").mkdir()
    ruled = built(tmp_path / "ruled", ["c0,2024-02-20,profiling,withdrawn"], consent=CONSENT)  # after the fit
    assert not wigs & set(ruled.feature_set.names)


def test_nobody_to_fit_features_on_is_said(tmp_path: Path) -> None:
    strict = {"purposes": {"profiling": {"gates": ["profiles"]}}}
    with pytest.raises(StamkundError, match="No event of a customer who allows profiles") as caught:
        built(tmp_path, [], consent=strict)
    assert caught.value.code == "no_events"


def test_sensitive_attributes_become_no_features(tmp_path: Path) -> None:
    plain = built(tmp_path, [])
    assert {"region", "illness"} <= set(plain.feature_set.names)
    (tmp_path / "careful").mkdir()
    careful = built(tmp_path / "careful", [], privacy={"sensitive": ["illness"]})
    assert "illness" not in careful.feature_set.names
    assert careful.unused_attributes == {"illness": "sensitive"}
    with pytest.raises(StamkundError) as caught:
        built(tmp_path, [], privacy={"sensitive": ["illness"]})  # the features of before hold it
    assert caught.value.code == "features_changed"


def test_records_hold_the_words_that_profiles_were_allowed_by(tmp_path: Path) -> None:
    result = built(tmp_path, ["c1,2024-01-05,profiling,objected"], consent=CONSENT)
    settings = read_settings(tmp_path / "stamkund.yaml")
    assert settings.consent is not None
    rules = ConsentRules(settings.consent)
    found = dict(records(Lake(settings.lake), as_of=AS_OF))
    passing = [who for who, record in found.items() if Consent(rules, record, AS_OF).passes("profiles")]
    assert passing == result.profiles["customer_id"].to_list()
    assert "received_at" not in found["c0"].number_columns


def test_a_word_counts_for_the_whole_person_and_for_every_name_they_had(tmp_path: Path) -> None:
    lines = ["customer,mail,at,purpose,answer", "c1,c1@x.se,2024-02-20,,", "c1,,2024-02-25,profiling,objected"]
    (tmp_path / "said.csv").write_text("\n".join(lines))
    (tmp_path / "guests.csv").write_text("mail,at,paid\nc1@x.se,2024-01-03,5.00\nc9@x.se,2024-01-03,5.00")
    sources = {
        "said": {"from": "said.csv", "ids": {"email": "mail"}, "columns": {
            "id": "customer", "time": "at", "purpose": "purpose", "status": "answer",
            "kind": "if(purpose IS NULL, 'visit', 'consent')"}},
        "guests": {"from": "guests.csv", "kind": "order", "id_type": "email",
                   "columns": {"id": "mail", "time": "at", "value": "paid"}},
    }  # fmt: skip
    file = tmp_path / "stamkund.yaml"
    file.write_text(yaml.safe_dump({"name": "Shop", "sources": sources, "identity": {}, "consent": CONSENT}))
    settings, as_of = read_settings(file), micros(datetime(2024, 1, 31))  # noqa: DTZ001
    assert build(settings, as_of=as_of).profiles["customer_id"].to_list() == ["email:c9@x.se"]
    keeper = gatekeeper_of(settings, Lake(settings.lake))
    assert keeper is not None
    rows = pl.DataFrame({"customer_id": ["email:c1@x.se", "email:c9@x.se", "c1"], "as_of": as_of})
    assert keeper.passing("profiles", rows)["customer_id"].to_list() == ["email:c9@x.se"]


def test_files_tell_of_addresses_what_messages_tell(tmp_path: Path) -> None:
    lines = [
        "who,mail,tel,at,what,status",
        "c1,Old@x.se,,2024-01-02,Email Subscribed,",
        "c1,new@x.se,,2024-01-03,Subscribed to Email Marketing,",
        "c1,old@x.se,,2024-01-04,Email Bounced,hard",
        "c1,,+46701,2024-01-05,SMS Unsubscribed,",
        "c2,c2@x.se,,2024-01-05,Email Bounced,soft",
        "c3,,,2024-01-05,Unsubscribed,",
    ]
    (tmp_path / "said.csv").write_text("\n".join(lines))
    columns = {"id": "who", "time": "at", "kind": "what", "status": "status"}
    sources = {"said": {"from": "said.csv", "ids": {"email": "mail", "phone": "tel"}, "columns": columns}}
    channels = {"news": {"channel": "email"}, "alerts": {"channel": "sms", "basis": "interest"}}
    file = tmp_path / "stamkund.yaml"
    declared = {"name": "Shop", "sources": sources, "identity": {}, "consent": {"purposes": channels}}
    file.write_text(yaml.safe_dump(declared))
    settings = read_settings(file)
    assert settings.consent is not None
    build(settings, as_of=AS_OF)
    rules, lake = ConsentRules(settings.consent), Lake(settings.lake)
    found = {who: Consent(rules, one, AS_OF).of_purposes() for who, one in records(lake, as_of=AS_OF)}
    news = {who: (one["news"].allowed, one["news"].addresses) for who, one in found.items()}
    assert news == {
        "c1": (True, {"email:old@x.se": "bounced", "email:new@x.se": "subscribed"}),
        "c2": (False, {"email:c2@x.se": "unknown"}),
        "c3": (False, {}),
    }
    assert [(who, one["alerts"].allowed) for who, one in found.items()] == [("c1", False), ("c2", True), ("c3", True)]
    (logged,) = lake.scan("events").filter(pl.col("fragment") == "c2").collect().to_dicts()
    assert Consent(rules, Record.of([logged]), AS_OF).of_purposes() == found["c2"]
