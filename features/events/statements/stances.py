"""Stances: what the words of a status mean, in the languages and the tools that say them.

Both doors ask for these words: a status that is none of them is refused, for it may be a yes or a no.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Final
from unicodedata import normalize


class Stance(IntEnum):
    """What a statement says of a purpose, the strictest last: of two in one event the stricter counts."""

    NOTHING = 0
    CONFIRMATION = 1
    GRANT = 2
    REQUEST = 3
    REFUSAL = 4
    UNREACHABLE = 5  # an address is closed, which is nobody's word


_WORDS: Final[Mapping[Stance, str]] = {
    Stance.NOTHING: """
        unknown unset not_set undefined never_subscribed not_subscribed non_subscribed did_not_subscribe no_interaction
        transactional unbekannt okänd ukjent ukendt tuntematon inconnu desconocido onbekend
    """,
    Stance.CONFIRMATION: """
        confirmed double_opt_in doi verified confirmed_opt_in bestätigt bekräftad bekräftat bekreftet bekræftet
        vahvistettu confirmé confirmée confirmado confirmada bevestigd
    """,
    Stance.GRANT: """
        granted grant given allowed allow accepted accept accept_all agreed agree approved consented consent
        opt_in opted_in single_opt_in subscribed subscribe active enabled true t yes y 1 on x
        ja j wahr erteilt zugestimmt eingewilligt akzeptiert erlaubt angemeldet abonniert aktiv
        sant samtyckt samtycker godkänd godkänt accepterad accepterat tillåten tillåtet prenumererar
        sann samtykket samtykker godkjent godtatt tillatt gitt sand givet godkendt accepteret tilladt tilmeldt
        kyllä tosi annettu hyväksytty suostunut sallittu tilattu
        oui vrai accordé accordée accepté acceptée consenti autorisé autorisée inscrit inscrite abonné abonnée
        sí si verdadero otorgado otorgada concedido concedida aceptado aceptada permitido suscrito suscrita
        waar verleend gegeven toegestaan geaccepteerd akkoord aangemeld geabonneerd actief
    """,
    Stance.REQUEST: """
        pending requested unconfirmed not_confirmed awaiting_confirmation ausstehend unbestätigt angefragt väntande
        obekräftad ubekreftet ubekræftet afventer avventer odottaa vahvistamatta en_attente pendiente in_afwachting
    """,
    Stance.UNREACHABLE: """
        bounced cleaned hard hard_bounce invalid invalid_email undeliverable
        suppressed user_suppressed blocked blacklisted archived redacted deleted
    """,
    Stance.REFUSAL: """
        complained complaint spam spam_complaint abuse
        denied deny refused rejected reject reject_all declined decline withdrawn revoked objected opt_out opted_out
        not_opted not_opted_in not_given no_consent expired unsubscribed unsubscribe inactive disabled disallowed
        false f no n 0 off
        nein falsch verweigert abgelehnt widerrufen widersprochen abgemeldet abbestellt inaktiv
        nej falskt nekad nekat avböjd avböjt återkallad återkallat avregistrerad avslutad inaktiv
        nei usann nektet avslått avvist tilbakekalt trukket avmeldt falsk nægtet afvist afslået tilbagekaldt afmeldt
        ei epätosi kielletty hylätty evätty peruttu peruutettu
        non faux refusé refusée rejeté rejetée retiré retirée révoqué désinscrit désinscrite désabonné
        falso denegado denegada rechazado rechazada retirado revocado revocada desuscrito
        nee onwaar geweigerd afgewezen ingetrokken afgemeld uitgeschreven
    """,
}


def plain_word(text: str) -> str:
    """The small letters and digits of a text, which it is compared by.

    >>> plain_word("Opted in"), plain_word("optIn"), plain_word("NOT_GIVEN"), plain_word("–")
    ('optedin', 'optin', 'notgiven', '')
    """
    return "".join(filter(str.isalnum, normalize("NFC", text).lower()))


def plain_word_sql(text: str) -> str:
    """The same of an SQL text."""
    return rf"regexp_replace(lower(nfc_normalize({text})), '[^\p{{L}}\p{{N}}]', '', 'g')"


_STANCES: Final = {plain_word(word): stance for stance, words in _WORDS.items() for word in words.split()}
KNOWN_WORDS: Final = tuple(_STANCES)
YES_WORDS: Final = tuple(word for word, stance in _STANCES.items() if stance in (Stance.GRANT, Stance.CONFIRMATION))
NO_WORDS: Final = tuple(word for word, stance in _STANCES.items() if stance in (Stance.REFUSAL, Stance.UNREACHABLE))
SILENT_WORDS: Final = tuple(word for word, stance in _STANCES.items() if stance == Stance.NOTHING)


@cache
def stance_of(status: str | None) -> Stance:
    """What a word of status says. No word says nothing; one that is not known, which no door lets in, says no.

    >>> [stance_of(word).name for word in ("Opted in", "confirmed", "PENDING", "Widerrufen", "Never subscribed", None)]
    ['GRANT', 'CONFIRMATION', 'REQUEST', 'REFUSAL', 'NOTHING', 'NOTHING']
    """
    if status is None:
        return Stance.NOTHING
    return _STANCES.get(plain_word(status), Stance.REFUSAL)


def is_yes(text: str) -> bool | None:
    """Whether a word says yes, or no; None for what is neither.

    >>> is_yes("granted"), is_yes("nein"), is_yes("pending"), is_yes("perhaps")
    (True, False, None, None)
    """
    return {Stance.CONFIRMATION: True, Stance.GRANT: True, Stance.REFUSAL: False}.get(
        _STANCES.get(plain_word(text), Stance.NOTHING)
    )
