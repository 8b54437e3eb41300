from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.addresses import BLANKS, Form, form_of, normal, normal_sql, values_of, values_sql
from features.errors import StamkundError
from features.events.identifiers import TYPE, VISITOR_TYPES, identifier, is_visitor, node, node_sql, visitors

CONNECTION = duckdb.connect()
TYPES = st.sampled_from(["user_id", "email", "phone", "loyalty_card", *VISITOR_TYPES]) | st.from_regex(
    TYPE, fullmatch=True
)
PIECES = st.sampled_from(
    [
        *("+", "(0)", "46", "70 ", "-", "/", ".", "ask", "٣", ":", "//", "email", *BLANKS, "Å", "İ", "ẞ", "Σ"),
        *("a@x.se", "<", ">", ";", ",", "mailto:", "'", "(b)", "0701234567", "\u202a", "\u2011", "tel:"),
    ]
)
VALUES = st.lists(PIECES, min_size=1, max_size=6).map("".join) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), min_size=1
)


def in_sql(expression: str, *values: str) -> object:
    row = CONNECTION.execute(f"SELECT {expression}, $1", values).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("text", " A-7 ", " A-7 "),
        ("email", " Anna@X.SE\t", "anna@x.se"),
        ("email", "\N{NO-BREAK SPACE}ÅSA@X.se", "åsa@x.se"),
        ("email", "Anna Svensson <Anna@x.se>", "anna@x.se"),
        ("email", '"Svensson, Anna" <anna@x.se>', "anna@x.se"),
        ("email", "MAILTO:anna@x.se", "anna@x.se"),
        ("email", "anna@x.se (at work)", "anna@x.se"),
        ("email", "anna@x.se,", "anna@x.se"),
        ("email", "['anna@x.se']", "anna@x.se"),
        ("email", "o'brien+news@x.se", "o'brien+news@x.se"),
        ("email", "friend of anna@x.se", "friend of anna@x.se"),
        ("email", "a@x.se;b@x.se", "a@x.se;b@x.se"),
        ("email", "a@x.seb@x.se", "a@x.seb@x.se"),
        ("email", "None", "none"),
        ("phone", "+46 (0)70-123 45.67", "+46701234567"),
        ("phone", "(+46) 70-123", "+4670123"),
        ("phone", "(0)70-123", "070123"),
        ("phone", "tel:+46-70-123", "+4670123"),
        ("phone", "\u202a+46\N{NARROW NO-BREAK SPACE}70\u2011123\u202c", "+4670123"),
        ("phone", "0701234567 0709876543", "0701234567 0709876543"),
        ("phone", " 070/123", "070123"),
        ("phone", "00 46 70", "004670"),
        ("phone", "070-123 ext 5", "070-123 ext 5"),
        ("phone", "+-", "+-"),
        ("phone", "46+70", "46+70"),
        ("phone", "٣٧٣", "٣٧٣"),
    ],
)
def test_values_that_mean_one_address_have_one_form(form: Form, value: str, expected: str) -> None:
    assert normal(value, form) == expected
    assert in_sql(normal_sql("$1", form), value) == expected


@pytest.mark.parametrize(
    ("form", "field", "values"),
    [
        ("email", "a@x.se;b@x.se", ["a@x.se", "b@x.se"]),
        ("email", "a@x.se, B@x.se", ["a@x.se", "B@x.se"]),
        ("email", "a@x.se b@x.se", ["a@x.se", "b@x.se"]),
        ("email", "Anna <a@x.se>; Bo <mailto:b@x.se>", ["a@x.se", "b@x.se"]),
        ("email", '["a@x.se", "b@x.se"]', ["a@x.se", "b@x.se"]),
        ("email", "a@x.se, or ask b@x.se", ["a@x.se, or ask b@x.se"]),
        ("email", "Svensson, Anna", ["Svensson, Anna"]),
        ("phone", "070-123 45 67, +46 (0)8 765 43 21", ["070-123 45 67", "+46 (0)8 765 43 21"]),
        ("phone", "0701234567/087654321;", ["0701234567", "087654321"]),
        ("phone", "030/1234567", ["030/1234567"]),
        ("phone", "0701234567, ask for Anna", ["0701234567, ask for Anna"]),
        ("text", "a@x.se;b@x.se", ["a@x.se;b@x.se"]),
    ],
)
def test_several_addresses_in_one_field_are_several_values(form: Form, field: str, values: list[str]) -> None:
    assert values_of(field, form) == values
    assert in_sql(values_sql("$1", form), field) == (values if len(values) > 1 else None)


@given(VALUES, st.sampled_from(["text", "email", "phone"]))
def test_a_field_holds_the_same_values_in_python_and_in_sql_and_each_of_them_one(value: str, form: Form) -> None:
    told = values_of(value, form)
    assert in_sql(values_sql("$1", form), value) == (told if len(told) > 1 else None)
    assert [values_of(each, form) for each in told] == [[each] for each in told]


@given(VALUES, st.sampled_from(["text", "email", "phone"]))
@example("İSTANBUL@X.COM", "email")
@example("ΟΔΟΣ@X.GR", "email")
def test_a_form_is_the_same_in_python_and_in_sql_and_taken_once(value: str, form: Form) -> None:
    told = normal(value, form)
    assert in_sql(normal_sql("$1", form), value) == told
    assert normal(told, form) == told


@given(TYPES, VALUES)
def test_a_node_is_the_same_in_python_and_in_sql_and_tells_its_identifier(id_type: str, value: str) -> None:
    told = node(id_type, value)
    assert in_sql(node_sql("$1", "$2"), id_type, value) == told
    assert identifier(told) == (id_type, normal(value, form_of(id_type)))
    assert node(*identifier(told)) == told


@given(TYPES, VALUES, TYPES, VALUES)
@example("user_id", "email:a", "email", "a")
@example("user_id", "user_id:a", "user_id", "a")
def test_no_two_identifiers_share_a_node(one: str, a: str, other: str, b: str) -> None:
    same = (one, normal(a, form_of(one))) == (other, normal(b, form_of(other)))
    assert (node(one, a) == node(other, b)) == same


@given(TYPES, VALUES)
def test_browsers_and_devices_are_visitors_and_nobody_else(id_type: str, value: str) -> None:
    told = node(id_type, value)
    assert is_visitor(told) == (id_type in VISITOR_TYPES)
    assert pl.select(visitors(pl.lit(told))).item() == is_visitor(told)


@pytest.mark.parametrize("id_type", ["Email", "e-mail", "", "ios.idfa", "7up", "a:b"])
def test_what_is_no_type_is_refused(id_type: str) -> None:
    with pytest.raises(StamkundError, match="a word such as email") as caught:
        node(id_type, "a")
    assert (caught.value.code, caught.value.field) == ("bad_id_type", "id_type")
