"""Every default feature is told in Swedish, with its units and plurals."""

from __future__ import annotations

from math import nan

import pytest

from features.sentences.figures import Money
from features.sentences.names import name_of
from features.sentences.phrasebook import Phrasebook
from tests.features.sentences.test_sentences import BAND, FEATURES, NAMES, STAGE

ALL = (*FEATURES, STAGE, BAND)
BOOK = Phrasebook.of(ALL, [*NAMES, "stage", "spend_band"], money=Money("SEK"), language="sv")


@pytest.mark.parametrize(
    ("name", "value", "usual", "sentence"),
    [
        ("days_since_last_order", 41.2, 9.0, "41 dagar utan beställning; vanligen efter 9"),
        ("days_since_last_order", 1.0, 9.0, "senaste beställning för 1 dag sedan; vanligen efter 9"),
        ("days_since_last_order", 0.25, nan, "6 timmar utan beställning"),
        ("days_since_last_order", nan, nan, "hittills utan beställning"),
        ("orders_28d", 1.0, 2.5, "1 beställning de senaste 28 dagarna; vanligen 2,5"),
        ("orders_28d", 3.0, nan, "3 beställningar de senaste 28 dagarna"),
        ("orders_28d", 0.0, nan, "inga beställningar de senaste 28 dagarna"),
        ("spend_all", 1234.5, nan, "handlade för 1_234,50 SEK hittills"),
        ("spend_28d", 0.0, nan, "handlade inte de senaste 28 dagarna"),
        ("nps_mean_all", 8.25, nan, "genomsnittligt NPS-betyg: 8,2 poäng"),
        ("nps_mean_all", nan, nan, "genomsnittligt NPS-betyg: inget att gå efter"),
        ("share_tea_90d", 0.345, nan, "andel av köpen i kategorin Tea de senaste 90 dagarna: 34 %"),
        ("web_orders_share_90d", 0.5, nan, "andel beställningar via web de senaste 90 dagarna: 50 %"),
        ("visits_per_order", 2.0, nan, "besök per beställning hittills: 2"),
        ("visit_days_all", 2.0, nan, "dagar med besök hittills: 2"),
        ("stage", 4.0, nan, "fas som kund: i riskzonen"),
        ("age", 1.0, nan, "age: 25-34"),  # a company's words stay
    ],
)
def test_a_feature_is_told_in_swedish(name: str, value: float, usual: float, sentence: str) -> None:
    assert BOOK.text(name, value, usual).replace("\u00a0", "_") == sentence


def test_every_default_feature_has_a_name_in_swedish_and_in_english_its_own() -> None:
    told = [feature for feature in ALL if feature.attribute is None and feature.name not in ("persona", "spend_band")]
    by_text = [feature for feature in told if BOOK.text(feature.name, 1.0).startswith(name_of(feature, "sv"))]
    assert len(by_text) > 40
    assert [feature.name for feature in by_text if name_of(feature, "sv") == feature.text] == []
    assert [feature.name for feature in ALL if name_of(feature, "en") != feature.text] == []


def test_a_feature_of_the_companys_own_is_called_as_it_is_declared() -> None:
    assert name_of(BAND, "sv") == BAND.text
