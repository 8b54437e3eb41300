"""Why a model is not used, in a sentence for each code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REFUSALS: Final[Mapping[str, str]] = {
    "refusal.too_little_history": "Historiken är för kort för att pröva modellen på.",
    "refusal.too_few_outcomes": "Det har hänt för sällan för att lära av.",
    "refusal.no_rule": "Det finns ingen regel att jämföra modellen med.",
    "refusal.not_better_than_rule": "Modellen ordnar kunderna inte bättre än en enkel regel.",
    "refusal.leak": "En kolumn avslöjar utfallet.",
    "refusal.reversed": "Högre poäng betydde att det hände mer sällan.",
    "refusal.not_calibrated": "Poängen ligger för långt ifrån varandra, eller för nära.",
    "refusal.wrong_level": "Poängen är på det hela taget för höga eller för låga.",
    "refusal.not_better_than_champion": "Modellen som används var bättre på de senaste utfallen.",
    "refusal.older_than_champion": "Modellen som används tränades vid en senare tidpunkt.",
    "refusal.features_fitted_late": "Variablerna bestämdes efter de tidpunkter som modellen prövas på.",
}
