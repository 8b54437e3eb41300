"""The law of events: what no event may say, wherever it comes from; files and HTTP obey these very rules.

==================== ==================================================================================================
code                 the event is refused because
==================== ==================================================================================================
missing_kind         it has no kind
bad_event            its kind has no letters and digits
bad_id_type          the type of its id is no word of small letters, digits and _
bad_text             an id holds a control character (a tab, the end of a line), or a text a NUL
too_long             an id or a short text has more than 512 characters
time_out_of_range    it happens before 1970 or after 2100 begins; a renewal is due before 1900 or after 9999
foreign_currency     its amounts are in another currency than the reporting one
negative_value       it is an order, and its value is negative
negative_quantity    it is an order, and its quantity is negative
missing_amount       it is a refund or a cancellation, and does not tell how much came back
missing_scale        it has a rating and no scale
unknown_scale        its scale is none of nps, csat, ces, stars
rating_out_of_scale  its rating does not lie on its scale
unknown_status       it is about consent, and its status is no word for yes, no, or still to be confirmed
bad_location         its latitude or longitude is not on this planet
==================== ==================================================================================================

Before any of these come the codes of what cannot be read: ``missing_COLUMN``, ``bad_time``, ``bad_amount`` (below 10^12
units of the currency), ``bad_number`` (at most 10^12), ``bad_properties``. A row of a file has also ``malformed_row``,
``bad_value``, ``several_ids``, ``duplicate_event_id``; a message over HTTP ``future_time``, and those of its own form.
"""

from __future__ import annotations

from functools import cache

from features.events.identifiers import TYPE
from features.events.kinds import RETURNS
from features.events.rules.constraint_types import (
    LONGEST,
    AnyOfWords,
    AtMostLong,
    Filled,
    InCurrency,
    Matches,
    Needs,
    NotBefore,
    OneOf,
    OnScale,
    Present,
    Within,
    WithoutControls,
    WithoutNul,
)
from features.events.rules.constraints import Constraint, Rules
from features.events.statements.stances import KNOWN_WORDS
from features.events.statements.statement import KINDS_OF_STATEMENTS
from features.events.tables import EVENT_YEARS, EVENTS, MEMBERSHIPS, OFFER_TYPES, OTHER_ID, RATING_SCALES, Table
from features.moments import utc

VALID_YEARS = (-2_208_988_800_000_000, 253_402_300_799_999_999)  # 1900 to 9999; 9999-12-31 means open-ended
# Texts of any length; those of the others are ids and short texts.
_LONG = frozenset({"text", "fragment"})
SHORT_TEXTS = tuple(name for name, role in EVENTS.items() if role in {"id", "text"} and name not in _LONG)
_SCALES = ", ".join(f"{scale} {low}–{high}" for scale, (low, high) in RATING_SCALES.items())


def is_id(column: str) -> bool:
    """Whether a column holds ids, or a field of a message does.

    >>> is_id("order_id"), is_id("id"), is_id("id_type"), is_id("userId"), is_id("channel")
    (True, True, False, True, False)
    """
    return column == "id" or column.startswith(OTHER_ID) or column.endswith(("_id", "Id"))


@cache
def text_rules(column: str, longest: int | None = LONGEST) -> Rules:
    """The rules of a text of a column, of any length with None.

    Ids hold no control characters: those made here, of lines and of rows without an id, begin or end with one.
    """
    if longest is None or not is_id(column):
        printable: Constraint = WithoutNul(column, "bad_text", "{column} holds a NUL character, which no text has")
    else:
        reason = "{column} holds a control character, such as a tab or the end of a line, which no id has"
        printable = WithoutControls(column, "bad_text", reason)
    if longest is None:
        return Rules((printable,))
    return Rules((printable, AtMostLong(column, "too_long", f"{{column}} has more than {longest} characters", longest)))


def _time_rule(column: str, years: tuple[int, int]) -> Constraint:
    low, high = (utc(bound).year for bound in years)
    reason = f"{{column}} {{value}} lies outside the years that can be, {low} to {high}"
    return Within(column, "time_out_of_range", reason, *years)


_NOT_NEGATIVE = "an order line cannot have a negative {column}; what comes back is of the kind refund"
_NO_WORD = "the status {value} says neither yes nor no, as granted, pending, withdrawn and their like do"
_WITH_STATUS = tuple(kind for kind in KINDS_OF_STATEMENTS if kind != "bounce")  # whose status may be a server's code
_ON_PLANET = "{column} {value} is not on this planet"


@cache
def event_rules(currency: str) -> Rules:
    """The rules of events whose amounts are in this currency.

    >>> event = {"kind": "survey", "time": 0, "rating": 11.0, "scale": "nps"}
    >>> broken = event_rules("EUR").first_broken(event)
    >>> broken.code, broken.explain(event)
    ('rating_out_of_scale', 'the rating 11 is not on nps 0–10, csat 1–5, ces 1–7, stars 1–5')
    """
    rules = (
        Present("kind", "missing_kind", "there is no kind"),
        Filled("kind", "bad_event", "the kind has no letters and digits"),
        Matches("id_type", "bad_id_type", "the type of an id is a word such as email, not {value}", TYPE),
        *(rule for column in SHORT_TEXTS for rule in text_rules(column)),
        *(rule for column in _LONG for rule in text_rules(column, None)),
        _time_rule("time", EVENT_YEARS),
        _time_rule("received_at", EVENT_YEARS),
        _time_rule("known_at", EVENT_YEARS),
        _time_rule("renews_at", VALID_YEARS),
        InCurrency("currency", "foreign_currency", f"amounts are in {currency}, and this is in {{value}}", currency),
        Within("value", "negative_value", _NOT_NEGATIVE, 0, kind="order"),
        Within("quantity", "negative_quantity", _NOT_NEGATIVE, 0, kind="order"),
        Needs("rating", "missing_scale", f"a rating needs its scale: {_SCALES}", "scale"),
        OneOf("scale", "unknown_scale", f"the scale {{value}} is none of {_SCALES}", tuple(RATING_SCALES)),
        OnScale("rating", "rating_out_of_scale", f"the rating {{value}} is not on {_SCALES}", "scale", RATING_SCALES),
        AnyOfWords("status", "unknown_status", _NO_WORD, KNOWN_WORDS, _WITH_STATUS),
        Within("latitude", "bad_location", _ON_PLANET, -90, 90),
        Within("longitude", "bad_location", _ON_PLANET, -180, 180),
        Present("value", "missing_amount", "nothing tells how much came back", RETURNS),
    )
    return Rules(rules)


@cache
def _offer_rules() -> Rules:
    types, members = ", ".join(OFFER_TYPES), ", ".join(MEMBERSHIPS)
    rules = (
        *text_rules("offer_id"),
        _time_rule("starts", VALID_YEARS),
        _time_rule("ends", VALID_YEARS),
        OneOf("type", "unknown_offer_type", f"the type {{value}} is none of {types}", OFFER_TYPES),
        OneOf("membership", "unknown_membership", f"the membership {{value}} is none of {members}", MEMBERSHIPS),
        NotBefore("ends", "ends_before_starts", "the offer ends before it starts", "starts"),
        *(
            Within(column, f"negative_{column}", "an offer cannot have a negative {column}", 0)
            for column in ("value", "cost", "lever", "stock")
        ),
    )
    return Rules(rules)


def rules_of(table: Table, currency: str) -> Rules:
    """The rules of a canonical table."""
    match table:
        case "events":
            return event_rules(currency)
        case "offers":
            return _offer_rules()
        case "items":
            return Rules((*text_rules("item_id"), *text_rules("category")))
        case "customers":
            return text_rules("customer_id")
        case "snapshots":
            return Rules((*text_rules("customer_id"), _time_rule("time", EVENT_YEARS)))
