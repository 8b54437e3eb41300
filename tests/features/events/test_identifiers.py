from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.events.identifiers import (
    BLANKS,
    TYPE,
    VISITOR_TYPES,
    Form,
    form_of,
    identifier,
    is_visitor,
    node,
    node_sql,
    normal,
    normal_sql,
    visitors,
)

CONNECTION = duckdb.connect()
TYPES = st.sampled_from(["user_id", "email", "phone", "loyalty_card", *VISITOR_TYPES]) | st.from_regex(
    TYPE, fullmatch=True
)
PIECES = st.sampled_from(
    ["+", "(0)", "46", "70 ", "-", "/", ".", "ask", "٣", ":", "//", "email", *BLANKS, "Å", "İ", "ẞ", "Σ"]
)
VALUES = st.lists(PIECES, min_size=1, max_size=6).map("".join) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), min_size=1
)


def in_sql(expression: str, *values: str) -> object:
    row = CONNECTION.execute(f"SELECT {expression}", values).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        ("text", " A-7 ", " A-7 "),
        ("email", " Anna@X.SE\t", "anna@x.se"),
        ("email", "\N{NO-BREAK SPACE}ÅSA@X.se", "åsa@x.se"),
        ("phone", "+46 (0)70-123 45.67", "+460701234567"),
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
