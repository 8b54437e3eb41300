"""What the report on customers says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REPORT: Final[Mapping[str, str]] = {
    "report.title": "{name}: så mår våra kunder",
    "report.about": "Per den {day}. Allt här går att läsa utan uppkoppling och att skicka vidare.",
    "report.written": "Rapporten: {file}",
    "report.contents": "Innehåll",
    # det viktigaste
    "report.findings": "Det viktigaste först",
    "report.no_findings": "Inget sticker ut: kunderna är för få eller historiken för kort.",
    "report.sure": "{value}, troligen inom {interval} (95 % intervall; av {n} kunder).",
    "report.list": "De {count} kunderna, de som köpt mest först:",
    "finding.late": "{late} av {regulars} stamkunder ({value}) har varit borta tre gånger så länge som de brukar. De "
    "köpte för {money_spent} det senaste året.",
    "finding.late.advice": "Hör av er innan de är borta: en påminnelse, ett samtal, en anledning att komma tillbaka.",
    "finding.unanswered": "{silent} av {contacted} kunder som vi kontaktat minst tre gånger det senaste året ({value}) "
    "har aldrig svarat: inget öppnat utskick, ingen följd länk, inget inlöst erbjudande.",
    "finding.unanswered.advice": "De köpte ändå för {money_spent}. Kontakta dem mer sällan, eller med något annat.",
    "finding.tenth": "Var tionde kund står för {value} av försäljningen: de {best} bästa av {buyers} köpte för "
    "{money_spent} det senaste året.",
    "finding.tenth.advice": "Känn dem vid namn: att förlora en av dem kostar lika mycket som att förlora flera andra.",
    "finding.change.less": "Kunderna köper för mindre än förut: i genomsnitt {value} mindre var de senaste {weeks} "
    "veckorna än de {weeks} dessförinnan ({customers} kunder, {money_all} totalt).",
    "finding.change.more": "Kunderna köper för mer än förut: i genomsnitt {value} mer var de senaste {weeks} veckorna "
    "än de {weeks} dessförinnan ({customers} kunder, {money_all} totalt).",
    "finding.change.advice": "{halved} av dem köper för mindre än hälften av förut. Säsonger är inte borträknade.",
    # avsnitten
    "report.satisfaction": "Nöjdhet",
    "report.satisfaction.absent": "Det finns inga enkätsvar. Koppla dem som händelser av slaget survey, med betyg "
    "(rating) och skala (scale).",
    "report.retention": "Kundtapp och återköp",
    "report.retention.absent": "Inget mått på kundtapp eller återköp är beräknat.",
    "report.value": "Kundlivstidsvärde",
    "report.value.absent": "Inget mått på kundlivstidsvärde är beräknat.",
    "report.sales": "Vad kunderna köper",
    "report.sales.absent": "Det finns inga köp.",
    "report.contact": "Kontakt och kundtjänst",
    "report.contact.absent": "Det finns inga kontakter, besök eller ärenden.",
    "report.own": "Era egna mått",
    "report.now": "{value} under {period} (95 % intervall {interval}).",
    "report.dropped.list": "Vilka det gäller, av dem som föll bort efter {step}:",
    "report.change": "{change} sedan månaden före, inom vad slumpen gör ({interval}).",
    "report.change.one_of_many": "{change} sedan månaden före ({interval}): av {compared} jämförda förändringar kan en "
    "så stor komma av slump.",
    "report.untold": "Vad som går förlorat efter {step}: {why}.",
    "report.change.stands": "{change} sedan månaden före: mer än slump ({interval}).",
    "report.unheard": "{share} av de tillfrågade är av ett slag där ingen svarade.",
    "report.without": "Visas inte:",
    "report.without.missing": "{metric}: data säger inget om {missing}.",
    "report.without.weights_too_uneven": "{metric}: alla månaders vikter är så ojämna att få skulle tala för alla.",
    "report.without.hidden": "{metric}: i alla månader står färre än fem kunder bakom.",
    "report.without.open": "{metric}: ingen månad är avslutad än.",
    "report.without.nobody": "{metric}: ingen står bakom i någon månad.",
    "report.unweighted": "Viktat; utan vikter är det {unweighted}.",
    "report.target.reached": "Målet {target} är nått.",
    "report.target.missed": "Målet {target} är missat.",
    "report.target.unsure": "Om målet {target} är nått går inte att säga: det ligger i intervallet.",
    "report.by": "{metric}, per {dimension}, {period}",
    # kundresor
    "report.journeys": "Kundresor, och vad som går förlorat på dem",
    "report.journeys.absent": "Det finns ingen kundresa som någon påbörjat.",
    "report.entered": "{count} påbörjade; {open} av dem kan ännu gå vidare.",
    "report.loss.after": "föll bort efter",
    "report.loss.dropped": "antal",
    "report.loss.lost": "förlorad försäljning (95 % intervall)",
    "report.loss.gross": "högst",
    "report.next": "De flesta som föll bort efter {step} gick vidare till (antal, och vad var och en köpte för sedan): "
    "{names}.",
    "report.nowhere": "ingenting",
    "report.winnable": "{customers} av de {dropped} kunder som föll bort efter {step} kan ännu vinnas: chans gånger "
    "värde blir {expected}. De listas, de bästa först, med",
    "report.months": "Av dem som började i månaden nådde {step}",
    "report.differing": "De som gick vidare från {step} skiljer sig från dem som föll bort mest i {traits}. {compared} "
    "jämfördes.",
    "report.trait": "{name} ({went} mot {dropped})",
    "report.loss.caution": "Förlorad försäljning är vad de som föll bort skulle ha köpt mer för om de gått vidare, "
    "jämfört med liknande kunder som gjorde det; att det är orsaken är inte visat. Det mesta det "
    "kan vara står bredvid.",
    # vad en poäng är värd
    "report.stages": "Livets stadier: vilka som bytte den senaste månaden",
    "report.stages.absent": "Inget byte av fem kunder eller fler mellan livets stadier är känt för en hel månad.",
    "report.stages.move": "från → till",
    "report.stages.customers": "kunder",
    "report.stages.lost": "Vad det kostar att kunder lämnade ett stadium i {period}, under tolv veckor efter",
    "report.stages.left": "lämnade stadiet",
    "report.stages.share": "av dem i stadiet före (95 % intervall)",
    "report.segments": "Segment: vilka det gäller",
    "report.segments.absent": "Inget segment är räknat. Deklarera några under `segments:` i stamkund.yaml, bygg och "
    "uppdatera.",
    "report.segments.now": "{members} kunder, {share} av alla, den {day}.",
    "report.segments.few": "Färre än fem kunder.",
    "report.segments.month": "månad",
    "report.segments.entered": "kom in",
    "report.segments.left": "gick ur",
    "report.segments.rule": "Regeln ändrades i {months}: några flyttades bara av det.",
    "report.segments.trait": "vad de skiljer sig mest i",
    "report.segments.in": "de",
    "report.segments.out": "övriga",
    "report.segments.difference": "skillnad",
    "report.segments.compared": "Skillnaden anges med sitt 95 % intervall. "
    "{compared} jämfördes; högst en av tio av dem som håller är slump. Vad regeln själv "
    "frågar efter är utelämnat.",
    "report.segments.alike": "De skiljer sig inte från övriga i något mer än av slump, utöver vad regeln frågar efter.",
    "report.segments.scores": "prognos från modellen {name}",
    "report.segments.consent": "tillåter {name}",
    "report.audience.absent": "Vilka ni kan skriva till visas här när ett ändamål i `consent:` eller ett tak i "
    "`decisions:` anger en kanal, eller adresser är kända.",
    "report.audience": "Vilka som kan nås: {channel}",
    "report.audience.list": "Varje kund i segmentet, och varför några inte kan nås:",
    "report.worth": "Vad en bättre upplevelse är värd",
    "report.worth.absent": "Det finns inga svar, dröjsmål eller misslyckade leveranser att jämföra med vad kunderna "
    "köpte efteråt.",
    "report.worth.what": "Vad som ändras",
    "report.worth.point": "en poäng mer av {name}",
    "report.worth.day": "en dag längre tills {name}",
    "report.worth.failure": "{name}",
    "report.worth.yearly": "att åtgärda, på ett år",
    "experience.support_answered": "kundtjänst svarat",
    "experience.support_resolved": "kundtjänst löst ärendet",
    "experience.delivery_late": "en sen leverans",
    "experience.delivery_failed": "en misslyckad leverans",
    "experience.cancel": "en avbokad order",
    "report.worth.spend": "köp kvartalet efter",
    "report.worth.kept": "kunder som alls köper",
    "report.worth.naive": "rak jämförelse",
    "report.worth.answers": "kända för",
    "report.worth.list": "Vilka som varit med om det första av dessa, de värst drabbade först:",
    "report.worth.caution": "Detta hänger ihop; att det ena orsakar det andra är inte visat. Den raka jämförelsen tar "
    "goda kunder för nöjda. En stämning som ingen ser kan påverka båda: bara slumpvisa frågor eller åtgärder ger svar.",
    # så läses rapporten
    "report.notes": "Så läses rapporten",
    "report.note.as_of": "Alla siffror är som de var kända den {day}, för kunder vars samtycke tillåter det.",
    "report.note.interval": "Ett intervall innehåller det sanna talet 19 gånger av 20.",
    "report.note.open": "Perioder som inte är slut skuggas och ritas inte, för de skulle se ut som ett fall: {count} "
    "här.",
    "report.note.hidden": "Grupper med färre än fem kunder visas inte: {count} siffror här.",
    "report.note.compared": "{compared} förändringar jämfördes och {found} av de visade sticker ut; ungefär en av tio "
    "av dem kan vara slump.",
    "report.note.money": "Pengar är efter returer och avbeställningar.",
}
