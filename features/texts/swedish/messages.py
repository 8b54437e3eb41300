"""What is wrong with an event: by rules that files and messages obey alike, and by those of messages alone.

A rule's text is about ``{column}`` and ``{value}``; over HTTP the place in the message comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RULES: Final[Mapping[str, str]] = {
    "missing_kind": "slaget saknas",
    "bad_event": "slaget har varken bokstäver eller siffror",
    "bad_id_type": "slaget av en identitet är ett ord som email, inte {value}",
    "bad_text.nul": "{column} har ett NUL-tecken, som ingen text har",
    "bad_text.control": "{column} har ett styrtecken, till exempel en tabb eller ett radslut, som ingen identitet har",
    "too_long": "{column} har fler än {longest} tecken",
    "time_out_of_range": "{column} {value} ligger utanför de år som är möjliga, {low} till {high}",
    "foreign_currency": "beloppen är i {currency}, och det här är i {value}",
    "negative_value": "en orderrad kan inte ha negativt {column}; det som kommer tillbaka är av slaget refund",
    "negative_quantity": "en orderrad kan inte ha negativt {column}; det som kommer tillbaka är av slaget refund",
    "missing_scale": "ett betyg behöver sin skala: {scales}",
    "unknown_scale": "skalan {value} är ingen av {scales}",
    "rating_out_of_scale": "betyget {value} finns inte på {scales}",
    "unknown_status": "statusen {value} säger varken ja eller nej, som granted, pending, withdrawn och liknande gör",
    "bad_location": "{column} {value} finns inte på jorden",
    "missing_amount": "inget säger hur mycket som kom tillbaka",
    "unknown_offer_type": "slaget {value} är inget av {types}",
    "unknown_membership": "medlemskapet {value} är inget av {memberships}",
    "ends_before_starts": "erbjudandet slutar innan det börjar",
    "negative_value.of_offer": "ett erbjudande kan inte ha negativt {column}",
    "negative_cost.of_offer": "ett erbjudande kan inte ha negativt {column}",
    "negative_lever.of_offer": "ett erbjudande kan inte ha negativt {column}",
    "negative_stock.of_offer": "ett erbjudande kan inte ha negativt {column}",
}
_OBJECT: Final = "{at} måste vara ett objekt, inte {value}."

MESSAGES: Final[Mapping[str, str]] = {
    "error.too_long": "{at} har fler än {longest} tecken.",
    "error.bad_text.nul": "{at} har ett NUL-tecken, som ingen text har.",
    "error.bad_text.control": "{at} har ett styrtecken, till exempel en tabb eller ett radslut, som ingen identitet "
    "har.",
    "error.bad_text": "{at} måste vara text, inte {value}.",
    "error.bad_text.digits": "{at} är talet {value}, vars siffror inte går att veta. Skicka alla som text.",
    "error.bad_message": _OBJECT,
    "error.bad_message.list": "{at} måste vara en lista, inte {value}.",
    "error.too_deep": "Meddelandet har fler än {deepest} nivåer. Skicka det plattare.",
    "error.repeated_name": "{at} står två gånger i ett objekt. Skicka det en gång.",
    "error.erased": "Personen har raderats; inget av det som hände innan tas emot.",
    "error.unknown_type": "Okänt slag av meddelande ”{name}”. Kända: {known}.",
    "error.unknown_type.missing": "Meddelandet har inget `type`. Kända: {known}.",
    "error.unknown_type.near": "Okänt slag av meddelande ”{name}”; menades ”{near}”? Kända: {known}.",
    "error.missing_event": "Ett track-meddelande behöver namnet på sin händelse.",
    "error.missing_message_id": "Ett meddelande behöver ett messageId (vilken unik text som helst).",
    "error.missing_id": "Ett meddelande av slaget {type} behöver ett {at}.",
    "error.missing_id.external": "{at} har varken id eller value, utan {keys}.",
    "error.missing_user": "Ett meddelande behöver ett userId eller ett anonymousId.",
    "error.missing_user.nobody": "{at} är {value}, som inte står för någon (inställningen `missing_ids` räknar upp "
    "sådana). Skicka ett id, eller utelämna {at}.",
    "error.bad_id_type.external": "{at} måste vara ett ord som email eller loyalty_card, inte {value}.",
    "error.bad_number": "{at} måste vara ett tal på högst 10^12, inte {value}.",
    "error.bad_amount": "{at} måste vara ett belopp, inte {value}.",
    "error.bad_amount.too_large": "{at} är {value}; belopp är mindre än 10^{power}.",
    "error.bad_amount.missing": "{at} saknas. Ge varje produkt ett pris, eller beställningen ett belopp: {names}.",
    "error.bad_amount.negative": "{at} har priset {price} och antalet {quantity}; inget av dem får vara negativt.",
    "error.bad_products": "products måste vara en lista med minst en produkt, inte {value}.",
    "error.bad_products.product": "En produkt måste vara ett objekt, inte {value}.",
    "error.bad_discount": "Rabatten är {value}; på produkter för {total} måste den vara från 0 till {total}.",
    "error.no_amount": "Inget belopp står här: det räknas utan pengar. Skicka {names}, eller produkter med pris.",
    "error.revenue_differs": "Intäkten är {revenue}, och produkterna kommer till {products}: det är de som räknas. "
    "Skicka intäkten utan frakt och skatt, eller de priser som betalades.",
    "error.bad_properties": "Egenskaperna går inte att spara: {reason}.",
    "error.bad_consent": "{at} måste vara true eller false, inte {value}.",
    "error.bad_consent.object": _OBJECT,
    "error.bad_consent.names": "{at} måste ha listor av namn, inte {value}.",
    "error.future_time.corrected": "”{text}”, rättat efter avsändarens klocka ({sent} när det skickades), är mer "
    "än ett dygn efter tjänstens klocka.",
    "error.future_time": "”{text}” är mer än ett dygn efter tjänstens klocka.",
}
