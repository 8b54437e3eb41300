"""What answers say by codes: why an offer is not shown, why there is no score, which stage a customer is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ANSWERS: Final[Mapping[str, str]] = {
    # why an offer is not shown, or a fallback is
    "no_permission": "Kunden får inte kontaktas i den här kanalen.",
    "quiet_hours": "Inget skickas i den här kanalen vid den här tiden.",
    "no_consent": "Kunden tillåter inte att erbjudanden väljs ut.",
    "expired": "Det gick ut {ends}.",
    "not_started": "Det börjar gälla {starts}.",
    "no_model": "Det finns ingen modell för inlösen, så inget säger om det skulle tas emot.",
    "not_contacted": "Kampanjen {campaign_id} har inte nått kunden.",
    "already_redeemed": "Kunden har redan löst in det.",
    "no_value": "Dess väntade värde är {expected}: det skulle kosta minst lika mycket som det ger.",
    "shown_elsewhere": "Det visas på platsen {placement}.",
    "outranked": "Dess väntade värde {expected} är lägre än {least}, som det sista visade har.",
    "wrong_placement": "Platsen {placement} visar inget av slaget {what}.",
    "wrong_channel": "Det visas inte i kanalen {channel}.",
    # a declared rule that does not hold, and what would have to change
    "rule": "Regeln {rule} är inte uppfylld: {needs}.",
    "rule.told": "{text}: {needs}.",
    "rule.or": "eller",
    "rule.need": "{name} är {value} och måste vara {needed}",
    "rule.unknown": "{name} är okänt",
    "rule.nothing": "okänt",
    "rule.true": "{name} gäller inte",
    "rule.false": "{name} får inte gälla",
    "rule.below": "under {value}",
    "rule.at_most": "högst {value}",
    "rule.above": "över {value}",
    "rule.at_least": "minst {value}",
    "rule.equal": "{value}",
    "rule.other": "något annat än {value}",
    "rule.among": "någon av {value}",
    "rule.none_of": "ingen av {value}",
    "rule.with": "med {value}",
    "rule.without": "utan {value}",
    "rule.yes": "sant",
    "rule.no": "falskt",
    "as_if_contacted": "Kampanjen har inte nått kunden; sannolikheten är som om den gjorde det nu.",
    "unknown_visitor": "Ingen är känd under den här identiteten.",
    "nothing_eligible": "Inget erbjudande får visas för kunden.",
    # why a model says nothing of a customer
    "no_score.no_events": "Inget har hänt ännu.",
    "no_score.no_model": "Ingen modell används ännu.",
    "no_score.feature_set_mismatch": "Modellen tränades på variabler som inte längre finns.",
    "no_score.outside_population": "Modellen gäller inte kunden, som inte har varit aktiv på sistone.",
    "no_score.not_contacted": "Ingen pågående kampanj har nått kunden.",
    "no_score.no_consent": "Kunden tillåter inte att poäng räknas ut.",
    # a customer's life with the company, and the road to the next order
    "stage.prospect": "prospekt",
    "stage.new": "ny",
    "stage.active": "aktiv",
    "stage.loyal": "trogen",
    "stage.at risk": "i riskzonen",
    "stage.lapsed": "förlorad",
    "stage.returning": "återvunnen",
    "journey_stage.quiet": "stilla",
    "journey_stage.considering": "överväger",
    "journey_stage.evaluating": "jämför",
    "journey_stage.buying": "köper",
    "journey_stage.after the purchase": "efter köpet",
}
