"""What is wrong with a request, or keeps it from being answered: what came, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HOW: Final = "Skicka den som `Authorization: Bearer NYCKEL`, eller som användarnamn i Basic utan lösenord."
_IS_NONE: Final = "är ingen tidpunkt; skriv som i ISO 8601, t.ex. 2017-12-03 eller 2017-12-03T18:00:00+01:00."
_NO_MOMENT: Final = f"”{{text}}” {_IS_NONE}"

ERRORS: Final[Mapping[str, str]] = {
    # who asks
    "error.missing_key": f"Det här kräver en nyckel. {_HOW}",
    "error.missing_key.scope": f"Det här kräver en nyckel med behörigheten {{scope}}. {_HOW}",
    "error.unknown_key": f"Nyckeln är okänd. Be tjänstens ägare om en. {_HOW}",
    "error.expired_key": "Nyckeln {key} har gått ut. Be tjänstens ägare om en ny.",
    "error.revoked_key": "Nyckeln {key} har återkallats. Be tjänstens ägare om en ny.",
    "error.missing_scope": "Det här kräver en nyckel med behörigheten {scope}; nyckeln {key} har {scopes}.",
    "error.no_keys": "Tjänsten har inga nycklar, så den svarar bara den egna maskinen. Ägaren gör en med "
    "`stamkund keys create NAMN --scope {scope}`.",
    "error.foreign_origin": "Sidor på {origin} får inte skicka meddelanden. Lägg till adressen under `serving: "
    "origins:`.",
    # how much, and when
    "error.overloaded": "Fler anrop väntar än tjänsten tar emot. Försök igen om en stund, eller med färre åt gången.",
    "error.timed_out": "Svaret blev inte klart inom {seconds} s. Försök igen om en stund, eller fråga om mindre.",
    "error.too_many_requests": "Nyckeln får göra {rate} anrop i sekunden. Försök igen om en sekund.",
    "error.body_too_large": "Innehållet är större än de {limit} byte som är tillåtna. Skicka mindre åt gången.",
    "error.body_too_large.unpacked": "Uppackat är innehållet större än de {limit} byte som är tillåtna. Skicka mindre "
    "åt gången.",
    "error.body_too_slow": "Innehållet kom inte fram inom {seconds} s. Skicka det snabbare, eller mindre åt gången.",
    # what is asked
    "error.not_found": "{method} {path}: här finns ingenting. Se /docs för vad som finns.",
    "error.method_not_allowed": "{method} {path}: här används andra metoder. Se /docs för vad som finns.",
    "error.unsupported_media_type": "Innehållet är av ett slag som inte läses här. Skicka JSON.",
    "error.malformed_request": "Det här är inget anrop enligt HTTP/1.1. Skicka det igen, helt, med huvuden i ASCII.",
    "error.malformed_request.headers": "Huvudena är större än de {limit} byte som är tillåtna. Skicka mindre i dem.",
    "error.http_error": "Anropet går inte att besvara: {reason}.",
    "error.malformed_json": "Innehållet är inte JSON: {came} på rad {line}, kolumn {column} kan inte stå där.",
    "error.malformed_json.empty": "Innehållet är tomt. Skicka JSON.",
    "error.malformed_json.ends": "Innehållet är inte JSON: det slutar på rad {line}, kolumn {column}, innan det är "
    "helt.",
    "error.malformed_json.encoding": "Innehållet är inte UTF-8: på rad {line}, kolumn {column} står något som inte är "
    "ett tecken. Skicka UTF-8.",
    "error.malformed_json.deep": "Innehållet har för många nivåer från rad {line}, kolumn {column}: 1 000 läses.",
    "error.malformed_json.repeated": "Innehållet nämner {came} på rad {line}, kolumn {column} en andra gång i "
    "ett objekt. Nämn det en gång.",
    "error.malformed_gzip": "Innehållet är inte gzip, eller kom inte fram helt. Skicka det igen, eller utan "
    "Content-Encoding.",
    "error.unsupported_encoding": "Innehållet är packat som ”{encoding}”; skicka det som gzip, eller som det är.",
    "error.invalid_request": "{at} är fel: {reason}.",
    "error.invalid_request.missing": "{at} saknas.",
    "error.invalid_request.extra_forbidden": "{at} är inget namn som används här. Se /docs för dem som gör det.",
    "error.invalid_request.string_type": "{at} måste vara text.",
    "error.invalid_request.string_too_short": "{at} har färre tecken än de {min_length} som behövs.",
    "error.invalid_request.string_too_long": "{at} har fler tecken än de {max_length} som är tillåtna.",
    "error.invalid_request.string_pattern_mismatch": "{at} måste vara text utan NUL-tecken.",
    "error.invalid_request.list_type": "{at} måste vara en lista.",
    "error.invalid_request.too_short": "{at} har färre poster än de {min_length} som behövs.",
    "error.invalid_request.too_long": "{at} har {actual_length} poster, fler än de {max_length} som är tillåtna.",
    "error.invalid_request.dict_type": "{at} måste vara ett objekt.",
    "error.invalid_request.model_attributes_type": "{at} måste vara ett objekt.",
    "error.invalid_request.repeated": "{at} anges två gånger. Ange det en gång.",
    "error.invalid_request.union_tag_invalid": "{at}: {discriminator} måste vara ett av {expected_tags}, inte ”{tag}”.",
    "error.invalid_request.union_tag_not_found": "{at}: {discriminator} saknas.",
    "error.invalid_request.int_type": "{at} måste vara ett heltal.",
    "error.invalid_request.int_parsing": "{at} måste vara ett heltal.",
    "error.invalid_request.int_from_float": "{at} måste vara ett heltal.",
    "error.invalid_request.greater_than_equal": "{at} måste vara minst {ge}.",
    "error.invalid_request.less_than_equal": "{at} får vara högst {le}.",
    "error.invalid_request.bool_type": "{at} måste vara true eller false.",
    "error.invalid_request.bool_parsing": "{at} måste vara true eller false.",
    "error.invalid_request.literal_error": "{at} måste vara något av {expected}.",
    **dict.fromkeys(("error.bad_date.bare", "error.bad_time.bare", "error.bad_setting.bare"), f"{{text}} {_IS_NONE}"),
    "error.bad_date": _NO_MOMENT,
    "error.unknown_timezone": "”{timezone}” är ingen tidszon i IANA:s databas; ange en, till exempel Europe/Berlin.",
    "error.bad_time": _NO_MOMENT,
    "error.bad_setting": _NO_MOMENT,
    "error.bad_date.early": "as_of ”{text}” är före 1970. Fråga om en senare tidpunkt.",
    "error.future_as_of": "as_of ”{text}” har inte kommit ännu: klockan är {now}. Fråga om en tidpunkt som varit, "
    "eller "
    "utelämna den.",
    "error.bad_context": (
        "context.{name} är deklarerat som {type}, och ”{value}” är inget sådant. "
        "Skicka ett sådant värde, eller utelämna det."
    ),
    "error.bad_profile": "Fråga efter en profil som id_type:id, till exempel user_id:1008, inte ”{text}”.",
    "error.bad_id_type": "Slaget av identitet är ett ord som email eller loyalty_card, inte ”{id_type}”.",
    "error.bad_cursor": "”{text}” är ingen markör. Skicka den som sidan före gav som `next`, eller ingen.",
    "error.no_profiles": "Säg vems poäng: profiles eller customers.",
    "error.unknown_decision": "Inget beslut är känt med detta id.",
    "error.no_arms": "Ingen kontrollgrupp är angiven, så det finns inget att jämföra med. Ange en under "
    "`decisions: {{control: {{holdout: {{share: 0.05}}}}}}`.",
    "error.unknown_customer": "Ingen kund med {id_type} ”{id}” är känd vid den tidpunkten.",
    "error.no_consent": "Kunden med {id_type} ”{id}” tillåter inte poäng.",
    "error.unknown_model": "Okänd modell ”{name}”. Kända: {known}.",
    "error.unknown_model.near": "Okänd modell ”{name}”; menades ”{near}”? Kända: {known}.",
    "error.unknown_id_type": "Okänt slag av identitet ”{name}”. Kända: {known}.",
    "error.unknown_id_type.near": "Okänt slag av identitet ”{name}”; menades ”{near}”? Kända: {known}.",
    "error.unknown_kind": "Okänt slag ”{name}”. Kända: {known}.",
    "error.unknown_kind.near": "Okänt slag ”{name}”; menades ”{near}”? Kända: {known}.",
    "error.unknown_language": "Okänt språk ”{name}”. Kända: {known}.",
    "error.unknown_language.near": "Okänt språk ”{name}”; menades ”{near}”? Kända: {known}.",
    "error.rejected_messages": "{count} av {sent} meddelanden avvisades; results säger varför. De andra är sparade.",
    "error.rejected_messages.one": "Ett av {sent} meddelanden avvisades; results säger varför. De andra är sparade.",
    # candidates that people keep
    "error.unknown_candidate": "Ingen kandidat ”{id}” finns här. GET /v1/candidates visar dem som finns.",
    "error.unknown_field": "Okänt fält ”{name}”. Kända: {known}. Egna kolumner anges under "
    "`decisions: {{candidates: {{columns: …}}}}`.",
    "error.unknown_field.near": "Okänt fält ”{name}”; menades ”{near}”? Kända: {known}.",
    "error.bad_field": "”{text}” anger inget fält: skriv dess namn, =, och värdet, till exempel value=3.00.",
    "error.wrong_type": "{at} är angivet som {kind}, och något annat kom.",
    "error.bad_amount.decimals": '”{text}” är inget belopp i {currency}: skicka en text som "2.50", med högst '
    "{decimals} decimaler och utan tecken.",
    "error.ends_before_starts": "Den skulle sluta {ends}, innan den börjar {starts}. Rätta en av dem.",
    "error.candidate_exists": "Kandidaten ”{id}” finns redan, som version {version}, och skiljer sig i: {fields}. "
    "Skicka If-Match med dess ETag för att ändra den.",
    "error.candidate_changed": "Version {version} gäller nu, och det är inte den i If-Match; det som skickades skiljer "
    "sig från den i: {fields}. Hämta den, och skicka ändringen med dess ETag.",
    "error.candidate_changed.gone": "Kandidaten ”{id}” finns inte längre här. Utelämna If-Match för att "
    "spara den på nytt.",
    "error.bad_etag": 'If-Match ska vara en ETag ur ett svar, som "3", eller *; ”{text}” kom.',
    # long work
    "error.unknown_job": "Inget jobb ”{id}” är känt. GET /v1/jobs visar de senaste.",
    "error.request_id_reused": "Ett annat jobb har samma request_id. Ge varje jobb ett eget.",
    "error.job_over": "Jobbet är över ({state}): inget av det finns kvar att avbryta.",
    "error.carried_models": "Tjänsten bär sina modeller med sig. Bygg, träna och räkna poäng där de gjordes.",
    "error.interrupted": "Processen är borta: den avslutades, eller så startades maskinen om. Allt som fanns är som "
    "det var; be om jobbet igen.",
    "error.killed": "Processen avslutades av {signal}. Allt som fanns är som det var.",
    "error.killed.memory": "Processen avslutades av {signal}: kanske tog minnet slut. Allt som fanns är som det var.",
    # what the service stands on
    "error.no_model": "Det finns varken variabler eller modeller ännu. Kör `stamkund build`, sedan `stamkund train`.",
    "error.no_model.champion": "Ingen modell används för sitt mål ännu. Kör `stamkund train`; vad som nekas får en "
    "förklaring.",
    "error.feature_set_mismatch": "Ingen modell i bruk tränades på de variabler som finns ({models}). Kör `stamkund "
    "train`.",
    "error.no_feature_set": "Det finns inga variabler i {file}. Kör först `stamkund build`.",
    "error.old_feature_set": "Variablerna i {file} har formatet {format}, och {own} läses här. Kör `stamkund build "
    "--refit`, sedan `stamkund train`.",
    "error.feature_set_corrupt": "Filen med variabler {file} är skadad: {problem}. Återställ den från en kopia, eller "
    "kör `stamkund build --refit`, sedan `stamkund train`; en fil som en tjänst bär med sig skrivs av `stamkund "
    "bento`.",
    "error.model_corrupt": "Modellen i {folder} går inte att läsa ({problem}). Återställ dess filer från en "
    "säkerhetskopia, eller träna om.",
    "error.registry_unavailable": "Registret {url} svarar inte. Starta det, eller rätta `registry:`.",
    "error.registry_not_writable": "Registret {file} hör till en hemmapp som låg någon annanstans, och går inte att "
    "ändra till den här: {problem}. Öppna det en gång där det går att skriva, till exempel med `stamkund models list`.",
    "error.unknown_target_type": "En modell förutsäger ”{type}”, ett slags mål som den här versionen inte har. Träna "
    "om "
    "den.",
    "error.old_records": "En annan version skrev kundernas uppgifter. Kör `stamkund build`, som gör om dem.",
    "error.other_privacy_key": "Personer raderades under en annan nyckel, och skulle komma tillbaka obemärkt. Ange den "
    "nyckeln i `privacy: key:`.",
    "error.other_hashing": "Databasen har händelser vars identiteter hashades på annat sätt, och som inte går att läsa "
    "igen: varje person skulle bli två. Ange `hashed:` och `privacy: key:` som de var, eller börja i en annan `home:` "
    "och `store:`.",
    "error.other_hashing.log": "Datasjön har {count} händelser ur en tidigare logg vars identiteter hashades på annat "
    "sätt, och som inte går att läsa igen: varje person skulle bli två. Ange `hashed:` och `privacy: key:` som de var, "
    "eller börja i en annan `home:` och `store:`.",
    "error.not_hashed_yet": "Databasen har identiteter som inställningarna vill ha hashade: kör `stamkund build`, som "
    "gör det.",
    "error.lake_corrupt": "Datasjöns förteckning {file} är skadad: {problem}. Återställ mappen {folder} från en kopia, "
    "eller flytta undan den och kör `stamkund build`, som läser alla källor och loggen av händelser på nytt.",
    "error.other_lake_format": "Datasjön {folder} har formatet {format}; den här versionen läser formatet {own}. Kör "
    "`stamkund build`, som läser alla källor och loggen av händelser på nytt.",
    "error.other_lake_format.newer": "Datasjön {folder} har formatet {format}; den här versionen läser formatet {own}. "
    "Uppdatera Stamkund, som är äldre än datasjön; eller kör `stamkund build`, som läser alla källor och loggen av "
    "händelser på nytt.",
    "error.no_lake": "Det finns ingen datasjö i {folder}: inget är byggt, eller så är dess förteckning borta. Kör "
    "`stamkund build`.",
    "error.disk_full": "Det finns inget utrymme kvar på disken. Inget av det som fanns är förlorat: gör plats, och kör "
    "kommandot igen.",
    "error.store_unavailable": "Databasen svarar inte just nu. Fråga igen om en stund.",
    "error.store_unavailable.events": "Databasen tar inte emot händelser just nu. Skicka dem igen om en stund; inget "
    "av "
    "det som skickades är sparat.",
    "error.store_read_only": "Databasen tar inte emot något just nu: den kan bara läsas. Fråga igen om en stund.",
    "error.store_full": "Databasen har inget utrymme kvar på sin disk. Fråga igen om en stund.",
    "error.store_corrupt": "Databasens fil är skadad. Ägaren återställer den från en kopia.",
    "error.internal_error.job": "Felet är vårt, inte ert; tjänstens logg säger var.",
    "error.internal_error": "Felet är vårt, inte ert; loggen har det under anropets Request-Id.",
}
