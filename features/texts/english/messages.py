"""What is wrong with an event: by rules that files and messages obey alike, and by those of messages alone.

A rule's text is about ``{column}`` and ``{value}``; over HTTP the place in the message comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RULES: Final[Mapping[str, str]] = {
    "missing_kind": "there is no kind",
    "bad_event": "the kind has no letters and digits",
    "bad_id_type": "the type of an id is a word such as email, not {value}",
    "bad_text.nul": "{column} holds a NUL character, which no text has",
    "bad_text.control": "{column} holds a control character, such as a tab or the end of a line, which no id has",
    "too_long": "{column} has more than {longest} characters",
    "time_out_of_range": "{column} {value} lies outside the years that can be, {low} to {high}",
    "foreign_currency": "amounts are in {currency}, and this is in {value}",
    "negative_value": "an order line cannot have a negative {column}; what comes back is of the kind refund",
    "negative_quantity": "an order line cannot have a negative {column}; what comes back is of the kind refund",
    "missing_scale": "a rating needs its scale: {scales}",
    "unknown_scale": "the scale {value} is none of {scales}",
    "rating_out_of_scale": "the rating {value} is not on {scales}",
    "unknown_status": "the status {value} says neither yes nor no, as granted, pending, withdrawn and their like do",
    "bad_location": "{column} {value} is not on this planet",
    "missing_amount": "nothing tells how much came back",
    "unknown_offer_type": "the type {value} is none of {types}",
    "unknown_membership": "the membership {value} is none of {memberships}",
    "ends_before_starts": "the offer ends before it starts",
    "negative_value.of_offer": "an offer cannot have a negative {column}",
    "negative_cost.of_offer": "an offer cannot have a negative {column}",
    "negative_lever.of_offer": "an offer cannot have a negative {column}",
    "negative_stock.of_offer": "an offer cannot have a negative {column}",
}
_OBJECT: Final = "{at} must be an object, not {value}."

MESSAGES: Final[Mapping[str, str]] = {
    "error.too_long": "{at} has more than {longest} characters.",
    "error.bad_text.nul": "{at} holds a NUL character, which no text has.",
    "error.bad_text.control": "{at} holds a control character, such as a tab or the end of a line, which no id has.",
    "error.bad_text": "{at} must be text, not {value}.",
    "error.bad_text.digits": "{at} is the number {value}, whose digits cannot be known. Send all of them as text.",
    "error.bad_message": _OBJECT,
    "error.bad_message.list": "{at} must be a list, not {value}.",
    "error.too_deep": "The message is nested deeper than {deepest} levels. Send it flatter.",
    "error.repeated_name": "{at} is given twice in one object. Send it once.",
    "error.erased": "This person was erased; nothing that happened before is taken.",
    "error.unknown_type": "Unknown message type '{name}'. Known: {known}.",
    "error.unknown_type.missing": "The message has no `type`. Known: {known}.",
    "error.unknown_type.near": "Unknown message type '{name}'; did you mean '{near}'? Known: {known}.",
    "error.missing_event": "A track message needs the name of its event.",
    "error.missing_message_id": "A message needs a messageId (any unique text).",
    "error.missing_id": "A message of type {type} needs a {at}.",
    "error.missing_id.external": "{at} has neither an id nor a value, but {keys}.",
    "error.missing_user": "A message needs a userId or an anonymousId.",
    "error.missing_user.nobody": "{at} is {value}, which stands for nobody (the setting `missing_ids` lists what "
    "does). "
    "Send an id, or leave {at} out.",
    "error.bad_id_type.external": "{at} must be a word such as email or loyalty_card, not {value}.",
    "error.bad_number": "{at} must be a number of at most 10^12, not {value}.",
    "error.bad_amount": "{at} must be an amount, not {value}.",
    "error.bad_amount.too_large": "{at} is {value}; amounts are below 10^{power}.",
    "error.bad_amount.missing": "{at} is missing. Give each product a price, or the order an amount: {names}.",
    "error.bad_amount.negative": "{at} has the price {price} and the quantity {quantity}; neither may be negative.",
    "error.bad_products": "products must be a list of at least one product, not {value}.",
    "error.bad_products.product": "A product must be an object, not {value}.",
    "error.bad_discount": "The discount is {value}; of products of {total} it must be from 0 to {total}.",
    "error.no_amount": "No amount is told: this counts without money. Send {names}, or products with prices.",
    "error.revenue_differs": "The revenue is {revenue}, and the products come to {products}: these count. Send a "
    "revenue without shipping and tax, or the prices that were paid.",
    "error.bad_properties": "The properties cannot be kept: {reason}.",
    "error.bad_consent": "{at} must be true or false, not {value}.",
    "error.bad_consent.object": _OBJECT,
    "error.bad_consent.names": "{at} must hold lists of names, not {value}.",
    "error.future_time.corrected": "'{text}', corrected by the sender's clock ({sent} when it was sent), is more "
    "than a day after the clock of this service.",
    "error.future_time": "'{text}' is more than a day after the clock of this service.",
}
