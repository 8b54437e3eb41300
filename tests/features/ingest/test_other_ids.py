"""Other identifiers of a row: kept as they came, beside whom the event is about."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from features.config.source import Source
from features.errors import StamkundError
from tests.features.sourcing import ingested, rejects_of

COLUMNS = {"id": "who", "time": "at"}


def test_the_identifiers_of_a_row_are_kept_by_type_and_nobody_is_none(tmp_path: Path) -> None:
    text = "who,at,mail,tel,card\n7,2017-01-01, Anna@X.se ,+46 70,40213.0\n8,2017-01-02,null,,\n9,2017-01-03,n/a,1,\n"
    ids = {"phone": "tel", "email": "mail", "loyalty_card": "card"}
    report, events = ingested(tmp_path, text, kind="visit", columns=COLUMNS, ids=ids)
    assert report.rejected == {}
    told = [None if each is None else orjson.loads(each) for each in events.sort("fragment")["ids"]]
    assert told == [{"email": "Anna@X.se", "loyalty_card": "40213", "phone": "+46 70"}, None, {"phone": "1"}]
    assert list(orjson.loads(events.sort("fragment")["ids"][0])) == ["email", "loyalty_card", "phone"]
    assert events["fragment"].sort().to_list() == ["7", "8", "9"]


def test_several_addresses_in_one_field_are_several_identifiers(tmp_path: Path) -> None:
    text = "who,at,mail,tel\n7,2017-01-01,Anna <a@x.se>; b@x.se,070-123 45 67|08-765 43 21\n8,2017-01-02,c@x.se;,1\n"
    _, events = ingested(tmp_path, text, kind="visit", columns=COLUMNS, ids={"phone": "tel", "email": "mail"})
    assert [orjson.loads(each) for each in events.sort("fragment")["ids"]] == [
        {"email": ["a@x.se", "b@x.se"], "phone": ["070-123 45 67", "08-765 43 21"]},
        {"email": "c@x.se;", "phone": "1"},
    ]


@pytest.mark.parametrize("columns", [{}, {"id_type": "type"}])
def test_a_row_is_not_about_several_addresses(tmp_path: Path, columns: dict[str, str]) -> None:
    text = "who,at,type\na@x.se;b@x.se,2017-01-01,email\nAnna <A@x.se>,2017-01-02,email\n"
    id_type = "user_id" if columns else "email"
    report, events = ingested(tmp_path, text, kind="visit", id_type=id_type, columns=COLUMNS | columns)
    assert report.rejected == {"several_ids": 1}
    assert events["fragment"].to_list() == ["email:a@x.se"]
    (reason,) = rejects_of(report)["reason"].to_list()
    assert reason.startswith("the id a@x.se;b@x.se holds several addresses, and a row is about one")


def test_customers_of_several_addresses_are_refused_too(tmp_path: Path) -> None:
    text = "mail,plan\na@x.se;b@x.se,a\nc@x.se,b\n"
    columns = {"customer_id": "mail", "plan": "plan"}
    report, customers = ingested(tmp_path, text, table="customers", id_type="email", columns=columns)
    assert (report.rejected, customers["customer_id"].to_list()) == ({"several_ids": 1}, ["email:c@x.se"])


def test_an_expression_gives_an_identifier_and_any_character_is_kept(tmp_path: Path) -> None:
    text = 'who,at,mail,shop\n7,2017-01-01,"an""na\\@x.se",s1\n'
    ids = {"email": "mail || '!'", "account": "shop || '-' || who"}
    _, events = ingested(tmp_path, text, kind="visit", columns=COLUMNS, ids=ids)
    assert orjson.loads(events["ids"][0]) == {"email": 'an"na\\@x.se!', "account": "s1-7"}


def test_an_event_of_another_identifier_is_about_the_user_whom_it_names(tmp_path: Path) -> None:
    text = "who,at,customer\nf00,2017-01-01,7\nf01,2017-01-02,\nf02,2017-01-03,email:x\n"
    ids = {"user_id": "customer"}
    _, events = ingested(tmp_path, text, kind="visit", columns=COLUMNS, id_type="anonymous_id", ids=ids)
    rows = events.sort("time").select("id_type", "id", "fragment").rows()
    assert rows == [
        ("anonymous_id", "f00", "7"),
        ("anonymous_id", "f01", "anonymous_id:f01"),
        ("anonymous_id", "f02", "user_id:email:x"),
    ]


@pytest.mark.parametrize(
    ("value", "rejected"),
    [
        ("a\x01b", {"bad_text": 1}),
        ("a" * 513, {"too_long": 1}),
        ("1.57963E+17", {"bad_text": 1}),
        ("  ", {}),
        ("a" * 512, {}),
    ],
)
def test_an_identifier_that_cannot_be_one_refuses_its_row(tmp_path: Path, value: str, rejected: object) -> None:
    text = f"who,at,card\n7,2017-01-01,{value}\n8,2017-01-01,x\n"
    report, _ = ingested(tmp_path, text, kind="visit", columns=COLUMNS, ids={"card": "card"})
    assert report.rejected == rejected


def test_rows_that_differ_in_an_identifier_alone_are_two_events(tmp_path: Path) -> None:
    text = "who,at,mail\n7,2017-01-01,a@x.se\n7,2017-01-01,b@x.se\n"
    _, events = ingested(tmp_path, text, kind="visit", columns=COLUMNS, ids={"email": "mail"})
    assert events["event_id"].n_unique() == 2


@pytest.mark.parametrize(
    ("section", "code", "message"),
    [
        ({"kind": "visit", "columns": COLUMNS, "ids": {"E-Mail": "mail"}}, "bad_name", "a type of identifier"),
        ({"table": "items", "columns": {"item_id": "i"}, "ids": {"email": "mail"}}, "unused_setting", "items are none"),
        ({"kind": "visit", "columns": COLUMNS, "id_type": "Cookie"}, None, "id_type"),
    ],
)
def test_ids_of_what_is_nobody_are_refused_with_their_key(section: dict[str, object], code: str, message: str) -> None:
    with pytest.raises((StamkundError, ValueError), match=message) as caught:
        Source.model_validate({"from": "a.csv", **section})
    assert code is None or getattr(caught.value, "code", code) == code


def test_an_identifier_of_no_column_is_refused_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(StamkundError) as caught:
        ingested(tmp_path, "who,at,mail\n7,2017-01-01,x\n", kind="visit", columns=COLUMNS, ids={"email": "e mail"})
    assert caught.value.field == "sources.rows.ids.email"
