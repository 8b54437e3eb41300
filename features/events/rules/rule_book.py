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
from features.events.rules.constraints import Constraint, Reason, Rules
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
        printable: Constraint = WithoutNul(column, Reason("bad_text.nul"))
    else:
        printable = WithoutControls(column, Reason("bad_text.control"))
    if longest is None:
        return Rules((printable,))
    return Rules((printable, AtMostLong(column, Reason.of("too_long", longest=longest), longest)))


def _time_rule(column: str, years: tuple[int, int]) -> Constraint:
    low, high = (utc(bound).year for bound in years)
    return Within(column, Reason.of("time_out_of_range", low=low, high=high), *years)


_WITH_STATUS = tuple(kind for kind in KINDS_OF_STATEMENTS if kind != "bounce")  # whose status may be a server's code


@cache
def event_rules(currency: str) -> Rules:
    """The rules of events whose amounts are in this currency.

    >>> event = {"kind": "survey", "time": 0, "rating": 11.0, "scale": "nps"}
    >>> broken = event_rules("EUR").first_broken(event)
    >>> broken.code, str(broken.error(event))
    ('rating_out_of_scale', 'rating: the rating 11 is not on nps 0–10, csat 1–5, ces 1–7, stars 1–5.')
    """
    rules = (
        Present("kind", Reason("missing_kind")),
        Filled("kind", Reason("bad_event")),
        Matches("id_type", Reason("bad_id_type"), TYPE),
        *(rule for column in SHORT_TEXTS for rule in text_rules(column)),
        *(rule for column in _LONG for rule in text_rules(column, None)),
        _time_rule("time", EVENT_YEARS),
        _time_rule("received_at", EVENT_YEARS),
        _time_rule("known_at", EVENT_YEARS),
        _time_rule("renews_at", VALID_YEARS),
        InCurrency("currency", Reason.of("foreign_currency", currency=currency), currency),
        Within("value", Reason("negative_value"), 0, kind="order"),
        Within("quantity", Reason("negative_quantity"), 0, kind="order"),
        Needs("rating", Reason.of("missing_scale", scales=_SCALES), "scale"),
        OneOf("scale", Reason.of("unknown_scale", scales=_SCALES), tuple(RATING_SCALES)),
        OnScale("rating", Reason.of("rating_out_of_scale", scales=_SCALES), "scale", RATING_SCALES),
        AnyOfWords("status", Reason("unknown_status"), KNOWN_WORDS, _WITH_STATUS),
        Within("latitude", Reason("bad_location"), -90, 90),
        Within("longitude", Reason("bad_location"), -180, 180),
        Present("value", Reason("missing_amount"), RETURNS),
    )
    return Rules(rules)


@cache
def _offer_rules() -> Rules:
    types, members = ", ".join(OFFER_TYPES), ", ".join(MEMBERSHIPS)
    rules = (
        *text_rules("offer_id"),
        _time_rule("starts", VALID_YEARS),
        _time_rule("ends", VALID_YEARS),
        OneOf("type", Reason.of("unknown_offer_type", types=types), OFFER_TYPES),
        OneOf("membership", Reason.of("unknown_membership", memberships=members), MEMBERSHIPS),
        NotBefore("ends", Reason("ends_before_starts"), "starts"),
        *(Within(column, Reason(f"negative_{column}.of_offer"), 0) for column in ("value", "cost", "lever", "stock")),
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
