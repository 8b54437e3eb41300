from __future__ import annotations

import pytest

from features.onboarding.knowledge.names import role_scores
from features.onboarding.knowledge.systems import system_of
from features.onboarding.knowledge.value_words import kind, state

HEADERS = {
    "en": "customer_id order_id order_date amount quantity unit_price status",
    "de": "Kundennummer Bestellnummer Bestelldatum Betrag Menge Einzelpreis Bestellstatus",
    "sv": "Kundnummer Ordernummer Orderdatum Belopp Antal Styckpris Orderstatus",
    "nb": "Kundenummer Ordrenummer Ordredato Beløp Antall Enhetspris Ordrestatus",
    "da": "Kundenummer Ordrenummer Ordredato Beløb Antal Enhedspris Ordrestatus",
    "fi": "Asiakasnumero Tilausnumero Tilauspäivä Summa Määrä Yksikköhinta Tilauksen_tila",
    "fr": "Numéro_client Numéro_de_commande Date_de_commande Montant Quantité Prix_unitaire Statut",
    "es": "ID_cliente Número_de_pedido Fecha_del_pedido Importe Cantidad Precio_unitario Estado",
    "nl": "Klantnummer Bestelnummer Besteldatum Bedrag Aantal Eenheidsprijs Bestelstatus",
}
ROLES = ["customer", "order", "order_time", "amount", "quantity", "unit_price", "status"]


@pytest.mark.parametrize("language", HEADERS)
def test_columns_are_known_by_their_names(language: str) -> None:
    found = [max(scores, key=lambda role: scores[role]) for scores in map(role_scores, HEADERS[language].split())]
    assert found == ROLES


@pytest.mark.parametrize(
    "name", ["order_priority", "customer_segment", "valid", "price_list_of_tomorrow", "shipping_method", "x"]
)
def test_a_word_that_is_not_known_spoils_a_name(name: str) -> None:
    assert not {"customer", "order", "order_time", "amount", "unit_price", "shipping"} & set(role_scores(name))


def test_letters_without_marks_are_the_same() -> None:
    assert role_scores("Waehrung") == role_scores("Währung") == role_scores("WAHRUNG") == {"currency": 1.0}


def test_states_and_kinds_in_other_words() -> None:
    assert [state(word) for word in ("Storniert", "levererad", "Hyvitetty", "EN ATTENTE")] == [
        "cancelled",
        "counts",
        "refunded",
        "pending",
    ]
    assert [kind(word) for word in ("Opened Email", "Bounced", "Gutschrift")] == ["open", None, "refund"]


def test_a_system_is_known_by_columns_that_only_it_has() -> None:
    columns = ["Record ID", "Deal Name", "Deal Stage", "Close Date", "Amount"]
    system = system_of(columns)
    assert system is not None
    assert (system.name, system.role("record id"), system.role("amount")) == ("HubSpot (deals)", "order", None)
    assert system_of(columns[1:]) is None
