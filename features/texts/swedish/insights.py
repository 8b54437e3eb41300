"""What insights say: what metrics are called, and why there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INSIGHTS: Final[Mapping[str, str]] = {
    "error.no_insights": "Det finns inga insiktstabeller i {folder}. Kör `stamkund insights refresh`.",
    # vad en poäng nöjdhet är värd
    "error.worth_needs_answers": "{answers} svar har perioder före och efter sig, och {least} behövs för att säga vad "
    "en poäng är värd. Vänta på fler, eller jämför kortare perioder.",
    "error.worth_needs_response": "{response} % av de tillfrågade svarade, och {least} % behövs för att säga vad en "
    "poäng är värd: de andra kan tycka annorlunda. Fråga vid ett bättre tillfälle, eller färre personer oftare.",
    "error.worth_fails_placebo": "Vad en poäng är värd sägs inte: svaret hänger också ihop med hur köpen ändrades "
    "långt före det (p = {p}, minst {least} krävs), så något annat påverkar båda.",
    "error.worth_score_constant": "Alla svar i en månad är lika, så ingen kan jämföras.",
}
