"""Files and HTTP obey one law: an event gets the same verdict and the same code, whichever way it comes."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from features.config.settings import Settings
from features.config.source import Source
from features.errors import StamkundError
from features.events.kinds import KINDS, canonical_kind
from features.events.money import Money
from features.events.rules import rule_book as rules
from features.ingest.mapping.projection import project
from features.ingest.mapping.validation import CODE, validate_rows
from features.ingest.sources.formats.places import FLAW, ROW
from features.ingest.sources.rows import Rows
from features.reading.iso import parse
from serving.segment_spec.event.event_builder import Event
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.messages import events_of

USD = Money("USD", 2)
SETTINGS = Settings.model_validate({"name": "Test", "currency": "USD", "sources": {}, "home": "/nowhere"})
RECEIVER = Receiver(USD, now=parse("2200-01-01"))
LATE = "2100-01-01T00:00:00.000001Z"  # the first moment that is no event's
MANY = "7" * 513
# By canonical column: the texts it may come as, and the field of a message that holds it.
FIELDS = {
    "id": ("userId", ["7", "Ann", " a ", "a\0", MANY, "7" * 512, "ö" * 512, "ö" * 513, "a\x1f2", "a\t"]),
    "kind": (
        "event",
        [
            "Order Completed", "ORDER", "Purchase", "Order Refunded", "Product Viewed", "Yoga Class", "köp", "!?",
            "Survey Answered", "survey", "Consent", "Unsubscribed", "a\0b", MANY,
        ],
    ),
    "time": (
        "timestamp",
        ["2017-12-03", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", LATE, "2100-01-01T00:00:00Z", "soon"],
    ),
    "channel": ("channel", ["", " ", "web", "w\0", "w\tx", MANY]),
    "status": (
        "properties.status",
        ["", "granted", "GRANTED", "Opted in", "optOut", "erteilt", "bestätigt", "besta\u0308tigt", "vielleicht", "?"],
    ),
    "order_id": ("properties.order_id", ["", "12", "\0", "1\n2", "1\x7f", MANY]),
    "text": ("properties.text", ["", "a" * 9999, "a\0"]),
    "currency": ("properties.currency", ["", "USD", " usd ", "EUR", "\0", MANY]),
    "value": ("properties.value", ["0", "-0.01", "12.345", "1e11", "1e12", "999999999999.99", "x", "nan", "\uff11"]),
    "quantity": ("properties.quantity", ["", "0", "-1", "1e12", "1.1e12", "-1.1e12", "inf", "two"]),
    "rating": ("properties.rating", ["0", "1", "5", "5.5", "10", "11", "-1", "good"]),
    "scale": ("properties.scale", ["", " ", "nps", "csat", "ces", "stars", "NPS", "smileys", "n\0"]),
    "latitude": ("properties.latitude", ["", "0", "90", "-90", "90.0001", "-91", "north"]),
    "longitude": ("properties.longitude", ["", "180", "-180", "180.5", "-1000", "1e13"]),
}  # fmt: skip
NUMBERS = ("value", "quantity", "latitude", "longitude")
Row = dict[str, str]
ROWS = st.lists(st.fixed_dictionaries({c: st.sampled_from(texts) for c, (_, texts) in FIELDS.items()}), max_size=40)
SOUND: Row = dict.fromkeys(FIELDS, "") | {"id": "7", "time": "2017-12-03", "kind": "view", "value": "1"}


def over_http(row: Row) -> str | None:
    """The code that a message gets."""
    message: Event = {"type": "track", "messageId": "m"}
    properties: Event = {}
    for column, (field, _) in FIELDS.items():
        (properties if field.startswith("properties.") else message)[field.removeprefix("properties.")] = row[column]
    try:
        events_of(message | {"properties": properties}, RECEIVER)
    except StamkundError as error:
        return error.code
    return None


def in_files(rows: list[Row]) -> list[str | None]:
    """The codes that the rows of a source get."""
    source = Source.model_validate({"from": "x.csv", "columns": {column: column for column in FIELDS}})
    values = [[n, None, *(row[column] for column in FIELDS)] for n, row in enumerate(rows)]
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{column}" VARCHAR' for column in FIELDS)
        connection.execute(f"CREATE TABLE rows ({ROW} BIGINT, {FLAW} VARCHAR, {columns})")
        if values:
            connection.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(values[0]))})", values)  # noqa: S608
        texts = Rows(dict.fromkeys(FIELDS, "VARCHAR"), True, len(rows))  # noqa: FBT003
        validate_rows(connection, "x", source, project(connection, "x", source, texts, USD), SETTINGS)
        return [row[0] for row in connection.execute(f"SELECT {CODE} FROM staged ORDER BY {ROW}").fetchall()]  # noqa: S608


def of_one_law(row: Row) -> Row:
    """The row, as far as the forms of both ways go.

    Over HTTP only surveys are rated, and they are; what is no number in an event of a kind of one's own is a property
    there, where settings of files say that it is a column.
    """
    if canonical_kind(row["kind"]) not in KINDS:
        row = row | {column: "" for column in NUMBERS if not any(map(str.isdigit, row[column]))}
    rated = row["kind"].lower().startswith("survey")
    return row if rated else row | {"rating": "", "scale": ""}


@settings(max_examples=10)  # of up to 40 events each
@given(ROWS)
def test_both_doors_give_the_same_verdict_and_code(rows: list[Row]) -> None:
    events = [of_one_law(row) for row in rows]
    assert in_files(events) == [over_http(event) for event in events]


LAW: list[tuple[Row, str | None]] = [
    ({}, None),
    ({"kind": "!?"}, "bad_event"),
    ({"id": "a\0"}, "bad_text"),
    ({"id": "a\x1f2"}, "bad_text"),
    ({"order_id": "12\n"}, "bad_text"),
    ({"order_id": "1 2"}, None),
    ({"channel": "web\tshop"}, None),
    ({"text": "a\0"}, "bad_text"),
    ({"text": "a" * 9999}, None),
    ({"id": "ö" * 512}, None),
    ({"id": "ö" * 513}, "too_long"),
    ({"channel": MANY}, "too_long"),
    ({"time": "soon"}, "bad_time"),
    ({"time": "1970-01-01T00:00:00Z"}, None),
    ({"time": "1969-12-31T23:59:59.999999Z"}, "time_out_of_range"),
    ({"time": "2100-01-01T00:00:00Z"}, None),
    ({"time": LATE}, "time_out_of_range"),
    ({"currency": " usd "}, None),
    ({"currency": "EUR"}, "foreign_currency"),
    ({"value": "x"}, "bad_amount"),
    ({"value": "999999999999.99"}, None),
    ({"value": "1e12"}, "bad_amount"),
    ({"value": "-1"}, None),
    ({"kind": "Purchase", "value": "-0.01"}, "negative_value"),
    ({"kind": "order", "value": "-0.004"}, "negative_value"),  # before it is rounded
    ({"kind": "order", "value": "-0.0000001"}, None),  # the noise of floats
    ({"kind": "order", "value": "0.004"}, None),
    ({"kind": "refund", "value": "-1", "quantity": "-1"}, None),
    ({"kind": "refund", "value": ""}, "missing_amount"),
    ({"kind": "order", "value": ""}, None),
    ({"kind": "orders", "quantity": "-1"}, "negative_quantity"),
    ({"quantity": "two"}, "bad_number"),
    ({"quantity": "\uff11"}, "bad_number"),
    ({"quantity": "1e12"}, None),
    ({"quantity": "1.1e12"}, "bad_number"),
    ({"kind": "survey", "rating": "5"}, "missing_scale"),
    ({"kind": "survey", "rating": "5", "scale": " "}, "missing_scale"),
    ({"kind": "survey", "rating": "5", "scale": "smileys"}, "unknown_scale"),
    ({"kind": "survey", "rating": "5.5", "scale": "csat"}, "rating_out_of_scale"),
    ({"kind": "survey", "rating": "5", "scale": "csat"}, None),
    ({"kind": "Consent", "status": "erteilt"}, None),
    ({"kind": "consent", "status": "Besta\u0308tigt"}, None),  # an accent apart
    ({"kind": "consent", "status": "Never-Subscribed"}, None),
    ({"kind": "consent", "status": "vielleicht"}, "unknown_status"),
    ({"kind": "Email Unsubscribed", "status": "?"}, "unknown_status"),
    ({"kind": "order", "status": "paid"}, None),
    ({"latitude": "90.0001"}, "bad_location"),
    ({"longitude": "-181"}, "bad_location"),
    ({"latitude": "91", "quantity": "two", "id": MANY}, "bad_number"),  # what cannot be read comes first
    ({"latitude": "91", "currency": "EUR", "id": MANY}, "too_long"),
]


def test_the_law() -> None:
    events, codes = [SOUND | change for change, _ in LAW], [code for _, code in LAW]
    assert in_files(events) == codes
    assert [over_http(event) for event in events] == codes


def test_every_code_is_documented() -> None:
    codes = {rule.code for rule in rules.event_rules("USD")}
    table = (rules.__doc__ or "").split("=\n")[2]
    assert {line.split()[0] for line in table.splitlines() if not line.startswith("=")} == codes
