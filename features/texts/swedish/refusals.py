"""Why a model is not used: what came, what is needed, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LEAK: Final = (
    "Av kolumnerna säger ”{column}” mest, ensam {alone}. Om den är känd först med utfallet, skriv "
    "`leave_out: [{column}]` i målet och träna om; om allt är rätt, "
    "`stamkund models promote {target} VERSION --override SKÄL`."
)
_CHANGED: Final = "kunderna har ändrat sig, eller är för få; lägg till historik eller träna om senare."
_LEVEL: Final = (
    "på de senast kända kunderna (90 % intervall för kvoten: {low} till {high}), och får vara {most} % fel. Vad "
    "kunderna "
    "gör totalt har ändrats; träna om när ändringen finns i historiken."
)
_WORSE: Final = (
    "”{target}” ordnar de {rows} senaste raderna, som ingen av dem lärt sig av, sämre än modellen i bruk, version "
    "{champion}"
)
_CHALLENGER: Final = (
    "Den i bruk är bättre i {confidence} % av omdragningarna, och får vara det i mindre än {most} %. Modellen är "
    "registrerad som utmanare; en modell i bruk som är äldre än {days} dagar (gate.renew) ersätts utan jämförelse. För "
    "att ändå använda utmanaren: `stamkund models promote`."
)
_MORE: Final = "Lägg till kunder eller historik, eller ange ett mål som händer oftare."
_OLDER: Final = "Lägg till äldre händelser, förkorta målets horisont, eller träna om senare."

REFUSALS: Final[Mapping[str, str]] = {
    "refusal.too_little_history": "”{target}” har {count} dagars historik fram till as_of, och behöver {least} "
    f"({{horizons}} horisonter). {_OLDER}",
    "refusal.too_little_history.one": "”{target}” har en dags historik fram till as_of, och behöver {least} "
    f"({{horizons}} horisonter). {_OLDER}",
    "refusal.too_few_outcomes": "”{target}” har {count} utfall av det ovanligare slaget bland {customers} kunder kända "
    f"vid as_of, och behöver {{least}}. {_MORE}",
    "refusal.too_few_outcomes.one": "”{target}” har ett utfall av det ovanligare slaget bland {customers} kunder kända "
    f"vid as_of, och behöver {{least}}. {_MORE}",
    "refusal.too_few_outcomes.amounts": "”{target}” har {count} belopp över 0 bland {customers} kunder kända vid "
    "as_of, "
    f"och behöver {{least}}. {_MORE}",
    "refusal.too_few_outcomes.amounts.one": "”{target}” har ett belopp över 0 bland {customers} kunder kända vid "
    "as_of, "
    f"och behöver {{least}}. {_MORE}",
    "refusal.too_few_outcomes.arms": "”{target}” har {count} utfall i den grupp som har färre, bland {customers} "
    "kunder i försöket kända vid as_of, och behöver {least}. Granska orden i `treated`, `control` och `outcome`; "
    "fortsätt annars försöket, eller ange ett utfall som händer oftare.",
    "refusal.too_few_outcomes.arms.one": "”{target}” har ett utfall i den grupp som har färre, bland {customers} "
    "kunder i försöket kända vid as_of, och behöver {least}. Granska orden i `treated`, `control` och `outcome`; "
    "fortsätt annars försöket, eller ange ett utfall som händer oftare.",
    "refusal.confounded": "”{target}” var inget försök: vad som var känt innan säger vem som behandlades (AUC "
    "{figure}, 99 % intervall {low} till {high}; slumpen ger 0,5). Leta efter en regel som valde, efter kunder som "
    "saknas i en grupp, eller efter grupper från olika dagar; ta sedan bara med vad som lottades.",
    "refusal.wrong_share": "”{target}” har {count} behandlade bland {customers} kunder, andelen {came}, där {share} "
    "angavs: det förklaras inte av slumpen. Leta efter kunder som saknas i en grupp, eller rätta `share`.",
    "refusal.no_better_than_chance": "”{target}” ordnar kunder bättre än slumpen i {confidence} % av omdragningarna, "
    "och behöver {least} % (Qini-koefficient: 90 % intervall {low} till {high}). Behandlingen kan ändra lika mycket "
    "för alla: kontakta alla eller ingen, eller fortsätt försöket.",
    "refusal.too_few_outcomes.to_test": "”{target}” har för få utfall för att spara några till provet: det behövs "
    "{least} av varje slag vid de senast kända tidpunkterna och {before} kända före dem. Lägg till kunder eller "
    "historik.",
    "refusal.no_rule": "”{target}” har ingen regel att jämföras med: ingen av de variabler som en regel skulle använda "
    "finns. Bygg om med `stamkund build --refit`, så att det finns variabler om ”{event}”.",
    "refusal.not_better_than_rule": "”{target}” slår regeln ”{rule}” i {confidence} % av omdragningarna av de senast "
    "kända kunderna, och behöver {least} %. Använd regeln, eller lägg till historik eller variabler.",
    "refusal.leak": "”{target}” förutsägs för bra för att vara sant: AUC {figure}, från {most} (gate.leak) nekas den. "
    f"{_LEAK}",
    "refusal.leak.amounts": "”{target}” förutsägs för bra för att vara sant: normaliserad Gini {figure}, från {most} "
    f"(gate.leak) nekas den. {_LEAK}",
    "refusal.reversed": "”{target}” har kalibreringslutningen {slope} på de senast kända kunderna: det hände mer "
    "sällan "
    "för dem med högre poäng. Vad som gällde förut har vänt; leta efter en källa som ändrats, eller träna om senare.",
    "refusal.not_calibrated.extreme": "”{target}” har kalibreringslutningen {slope} på de senast kända kunderna, och "
    f"behöver {{low}} till {{high}}. Poängen ligger för långt ifrån varandra: {_CHANGED}",
    "refusal.not_calibrated.timid": "”{target}” har kalibreringslutningen {slope} på de senast kända kunderna, och "
    f"behöver {{low}} till {{high}}. Poängen ligger för nära varandra: {_CHANGED}",
    "refusal.wrong_level.too_high": f"”{{target}}” har poäng som är {{off}} % för höga totalt {_LEVEL}",
    "refusal.wrong_level.too_low": f"”{{target}}” har poäng som är {{off}} % för låga totalt {_LEVEL}",
    "refusal.not_better_than_champion": f"{_WORSE}: AUC {{figure}} mot {{rival}}. {_CHALLENGER}",
    "refusal.not_better_than_champion.amounts": f"{_WORSE}: normaliserad Gini {{figure}} mot {{rival}}. {_CHALLENGER}",
    "refusal.not_better_than_champion.uplifts": f"{_WORSE}: Qini-koefficient {{figure}} mot {{rival}}. {_CHALLENGER}",
    "refusal.older_than_champion": "”{target}” har en modell i bruk som tränades {champion}, senare än den här, {own}. "
    "Modellen är registrerad men används inte; för att ändå använda den: `stamkund models promote`.",
    "refusal.features_fitted_late": "”{target}” prövas vid tidpunkter före den då variablerna bestämdes. Ange en "
    "tidigare dag i features.fitted_at, och kör sedan `stamkund build --refit`.",
}
