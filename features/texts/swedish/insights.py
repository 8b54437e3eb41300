"""What insights say of journeys, stages, segments and worth, and why there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INSIGHTS: Final[Mapping[str, str]] = {
    "error.no_insights": "Det finns inga insiktstabeller i {folder}. Kör `stamkund insights refresh`.",
    "error.unknown_segment": "Okänt segment ”{name}”. Kända: {known}.",
    "error.unknown_segment.near": "Okänt segment ”{name}”; menades ”{near}”? Kända: {known}.",
    "error.no_condition": "Ett segment behöver ett villkor: skicka en `rule`, `conditions` eller båda.",
    # vad en poäng nöjdhet är värd
    "error.worth_needs_answers": "{answers} svar har perioder före och efter sig, och {least} behövs för att säga vad "
    "en poäng är värd. Vänta på fler, eller jämför kortare perioder.",
    "error.worth_needs_response": "{response} % av de tillfrågade svarade, och {least} % behövs för att säga vad en "
    "poäng är värd: de andra kan tycka annorlunda. Fråga vid ett bättre tillfälle, eller färre personer oftare.",
    "error.worth_fails_placebo": "Vad en poäng är värd sägs inte: svaret hänger också ihop med hur köpen ändrades "
    "långt före det (p = {p}, minst {least} krävs), så något annat påverkar båda.",
    "error.worth_score_constant": "Alla svar i en månad är lika, så ingen kan jämföras.",
    "error.no_insights.table": (
        "Insiktstabellerna i {folder} saknar {table}: en annan version har skrivit dem. Kör `stamkund insights "
        "refresh`."
    ),
    "error.other_insights_format": (
        "Insiktstabellerna i {folder} är av en annan version. Kör `stamkund insights refresh`."
    ),
    "error.insights_busy": "En annan uppdatering skriver till {folder}. Vänta tills den är klar och försök igen.",
    "error.unknown_metric": "Det finns inget mått '{name}'. `stamkund insights metrics` listar dem.",
    "error.unknown_metric.near": "Det finns inget mått '{name}'; menade du '{near}'?",
    "error.unknown_dimension": "Siffrorna kan inte delas upp efter '{name}'. Kända: {known}.",
    "error.unknown_dimension.near": "Siffrorna kan inte delas upp efter '{name}'; menade du '{near}'?",
    # resor, för människor
    "error.journey_needed": "Det är oklart vilka som ska listas: ange resan, som i `journeys purchase --list view`.",
    "journeys.step": "steg",
    "journeys.reached": "nådde",
    "journeys.share": "andel",
    "journeys.interval": "95 % intervall",
    "journeys.dropped": "föll bort efter",
    "journeys.open": "inte slut än",
    "journeys.hours": "timmar tills hälften nått",
    "journeys.nothing": "ingenting i tid",
    "journeys.next": "Efter {step} gick de som föll bort vidare till: {went}",
    "journeys.loss": (
        "Förlorat efter {step}: {lost} {currency} ({lost_low} till {lost_high}) som de som föll bort skulle ha gett; "
        "de gav {anyway}, och lika mycket som de andra hade varit {gross}. En procentenhet fler som går vidare hänger "
        "ihop med {point}."
    ),
    "journeys.no_loss": "Förlorat efter {step}: {why}",
    "journeys.listed": "{count} resor",
    "journeys.customer": "kund",
    "journeys.entered": "började",
    "journeys.last": "senaste steg",
    "journeys.next_event": "därefter",
    "journeys.winnable": "Av de {dropped} kunder som föll bort efter {step} kan {customers} ännu vinnas ({how}); "
    "{back} har kommit tillbaka sedan dess, och för {unscored} finns ingen skattning.",
    "journeys.winnable.worth": "De är värda {worth} {currency}; med vars och ens chans inräknad {expected}. De som "
    "hade kommit ändå ingår: bara en kontrollgrupp visar vad ett erbjudande ger.",
    "journeys.win.answers": "hur de svarar på ett erbjudande säger modellen {model}",
    "journeys.win.comes": "om de kommer säger modellen {model}",
    "journeys.win.stays_away": "om de uteblir säger modellen {model}",
    "journeys.winners": "{count} kunder som ännu kan vinnas",
    "journeys.chance": "chans",
    "journeys.worth": "värde, {currency}",
    "journeys.expected": "chans × värde, {currency}",
    "error.nobody_scored": "Vilka som ännu kan vinnas är inte känt: ingen kund är skattad av en modell för det här "
    "steget, eller för hur erbjudanden besvaras. Kör `stamkund score` och sedan `stamkund insights refresh`.",
    "journeys.came": "Av alla som började hade nått {step} efter: {came}",
    "journeys.after.hours": "{count} tim",
    "journeys.after.days": "{count} d",
    "journeys.differ": "Efter {step}: vad som skiljer dem som gick vidare, av {compared} jämförelser i allt",
    "journeys.differ.none": "Efter {step} skiljer inget mer än slumpen; {compared} jämfördes.",
    "journeys.trait": "vad",
    "journeys.went": "gick vidare",
    "journeys.were_dropped": "föll bort",
    "journeys.difference": "skillnad",
    "journeys.differ.caution": "Högst en av tio av dessa är slump. De hänger ihop med att gå vidare; att de är "
    "orsaken är inte visat.",
    "trait.days_known": "dagar som känd",
    "trait.days_since_order": "dagar sedan senaste köp",
    "trait.count.all": "{kind}: hittills",
    "trait.count.28d": "{kind}: under 28 dagar innan",
    "trait.count.84d": "{kind}: under 84 dagar innan",
    "trait.money.all": "nettoköp hittills",
    "trait.money.28d": "nettoköp under 28 dagar innan",
    "trait.money.84d": "nettoköp under 84 dagar innan",
    # vägar till en kontakt och vidare från den
    "error.touchpoint_needed": "Vems väg som ska listas framgår inte: ange kontakten, som i `paths order --list to`.",
    "error.unknown_touchpoint": "Ingen väg från eller till '{name}' är känd. Kända: {known}.",
    "error.unknown_touchpoint.near": "Ingen väg från eller till '{name}' är känd; menade du '{near}'? Kända: {known}.",
    "error.unknown_direction": "Vägar sägs {known} den här kontakten, inte '{name}'.",
    "error.unknown_direction.near": "Vägar sägs {known} den här kontakten, inte '{name}'.",
    "error.unknown_path": "Det finns ingen väg på plats {name}. Kända: {known}.",
    "error.unknown_path.near": "Det finns ingen väg på plats {name}. Kända: {known}.",
    "paths.from": "Från första {touchpoint}",
    "paths.to": "Till senaste {touchpoint}",
    "paths.way": "väg",
    "paths.none": "Ingen väg togs av fem kunder.",
    # livets stadier
    "error.move_needed": (
        "Vilka som ska listas framgår inte: ange --period, --before och --stage, som i `stages --period 2024-03 "
        "--before active --stage lapsed`."
    ),
    "error.unknown_stage": "Det finns inget stadium '{name}'. Kända: {known}.",
    "error.unknown_stage.near": "Det finns inget stadium '{name}'; menade du '{near}'? Kända: {known}.",
    "stages.before": "stadium före",
    "stages.stage": "stadium efter månaden",
    "stages.loss": "I {period} lämnade {dropped} stadiet {step} och {went} stannade. Förlorat: {lost} {currency} "
    "({lost_low} till {lost_high}) under tolv veckor efter, utöver de {anyway} som de gav; hade alla gett lika mycket "
    "som de som stannade, {gross}. En procentenhet färre som lämnar hänger ihop med {point}.",
    "stages.no_loss": "Förlorat när kunder lämnade stadiet {step} i {period}: {why}",
    "stages.none": "Inga byten mellan stadier är kända: det krävs två hela månader av händelser och ett bygge med "
    "egenskapen `stage`.",
    # resor, och vad som går förlorat på dem
    "error.unknown_journey": "Det finns ingen resa '{name}'. `stamkund insights journeys` räknar upp dem.",
    "error.unknown_journey.near": "Det finns ingen resa '{name}'; menades '{near}'?",
    "error.unknown_step": "Resan har inget steg '{name}'. Kända: {known}.",
    "error.unknown_step.near": "Resan har inget steg '{name}'; menades '{near}'?",
    "error.loss_of_any_order": (
        "Vad som går förlorat vid ett steg av {journey} sägs inte: utan ordning kommer inget steg före ett annat. Ange "
        "`order: loose` eller `strict`."
    ),
    "loss.loss_too_few": (
        "sägs inte: {went} gick vidare och {dropped} föll bort; {needed} av vardera behövs för en rättvis jämförelse"
    ),
    "loss.loss_no_overlap": (
        "sägs inte: för {outside} av dem som föll bort finns knappt någon lik dem som gick vidare; högst "
        "{allowed} får vara så"
    ),
    "loss.loss_no_money": "sägs inte: ingens händelser har några pengar i tiden efter",
    "loss.loss_of_any_order": "sägs inte: utan ordning kommer inget steg före ett annat",
    "error.unknown_experience": "Det finns ingen upplevelse '{name}'. Kända: {known}.",
    "error.unknown_experience.near": "Det finns ingen upplevelse '{name}'; menade du '{near}'? Kända: {known}.",
    "error.unknown_finding": "Det finns inget sådant fynd nu: '{name}'. Kända: {known}.",
    "error.unknown_finding.near": "Det finns inget fynd '{name}' nu; menade du '{near}'? Kända: {known}.",
    "error.unknown_grain": "Det finns inga perioder '{name}'. Kända: {known}.",
    "error.unknown_grain.near": "Det finns inga perioder '{name}'; menade du '{near}'?",
    "error.unknown_period": "Det finns ingen period '{name}' bland månader och kvartal. Kända: {known}.",
    "error.unknown_period.either": "'{name}' kan vara månaden {month} eller kvartalet {quarter}: skriv vilket.",
    "error.unknown_period.beyond": (
        "'{name}' ligger utanför året: dess månader är {year}-01 till {year}-12, dess kvartal {year}-Q1 till {year}-Q4."
    ),
    "error.unknown_period.near": "Det finns ingen period '{name}'; menade du '{near}'?",
    "error.unknown_group": "Det finns ingen grupp '{name}'. Kända: {known}.",
    "error.unknown_group.near": "Det finns ingen grupp '{name}'; menade du '{near}'?",
    "error.group_of_nothing": "'{group}' är en grupp utan dimension: ange efter vilken, som i by=channel.",
    "error.two_groups_needed": "Två olika grupper jämförs, som i compare=web&compare=store.",
    "error.figure_needed": (
        "Det är oklart vilka som ska listas: ange ett mått och en tid, som i `metrics revenue --list --period 2024-03`."
    ),
    # segment, för människor
    "segments.segment": "segmentet",
    "segments.customers": "kunder",
    "segments.share": "andel",
    "segments.entered": "kom in",
    "segments.left": "gick ur",
    "segments.rule": "regel",
    "segments.all": "{customers} kunder per {moment}",
    "segments.none": (
        "Inga segment är deklarerade: ange några under `segments:` i stamkund.yaml, eller pröva ett med --count REGEL."
    ),
    "segments.counted": "{members} av {customers} kunder per {moment}: {rule}",
    "segments.condition": "villkor",
    "segments.failing": "stänger ute",
    "segments.unknown": "okänt för",
    "segments.alone": "ensamt",
    "segments.remain": "kvar",
    "segments.nobody_came": "Ingen har någonsin kommit till {name}: se på `kind` och `where` i resans steg.",
    "segments.nobody_has": "Ingens {name} är '{text}'.",
    "segments.nobody_has.near": "Ingens {name} är '{text}'. Menade du '{near}'?",
    "segments.two": "{members} i {segment}, {others} i {other}, {both} i båda, per {moment}",
    "segments.the_rule": "regeln",
    "segments.what": "vad",
    "segments.difference": "skillnad",
    "segments.interval": "95 % intervall",
    "segments.alike": "Inget skiljer mer än av slump.",
    "segments.stand": "{stands} av {compared} jämförelser står sig; högst en av tio av dem är slump.",
    "segments.other": "och",
    "segments.both": "i båda",
    "segments.is_in": "{customer} är med.",
    "segments.is_out": "{customer} är inte med: {needs}.",
    "segments.in": "är med",
    "segments.written": "{members} kunder i segmentet: {where}",
    # vilka i ett segment som en kanal når
    "audience.in_segment": "i segmentet",
    "audience.no_identifier": "bara kända som webbläsare eller enhet",
    "audience.no_permission": "tillåter det inte",
    "audience.capped": "har fått så många utskick som taken medger",
    "audience.no_address": "saknar adress för det",
    "audience.reachable": "kan nås",
    "channel.email": "e-post",
    "channel.sms": "sms",
    "channel.push": "pushnotis",
}
