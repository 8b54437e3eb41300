"""The names of months and weekdays in English, German, Swedish, Norwegian, Danish, Finnish, French, Spanish, Dutch.

Names are in lower case and without their dot. No name means two months, nor two weekdays, in any of these languages.
"""

from __future__ import annotations

from collections.abc import Mapping

_MONTHS = (
    "january jan januar jänner januari janvier janv enero ene tammikuu tammikuuta tammi",
    "february feb februar februari février fevrier févr fevr fév febrero helmikuu helmikuuta helmi",
    "march mar märz mrz mär maerz mars marts maart mrt marzo maaliskuu maaliskuuta maalis",
    "april apr avril avr abril abr huhtikuu huhtikuuta huhti",
    "may mai maj mei mayo toukokuu toukokuuta touko",
    "june jun juni juin junio kesäkuu kesäkuuta kesä",
    "july jul juli juillet juil julio heinäkuu heinäkuuta heinä",
    "august aug augusti augustus août aout agosto ago elokuu elokuuta elo",
    "september sep sept septembre septiembre setiembre syyskuu syyskuuta syys",
    "october oct oktober okt octobre octubre lokakuu lokakuuta loka",
    "november nov novembre noviembre marraskuu marraskuuta marras",
    "december dec dezember dez desember des décembre decembre déc diciembre dic joulukuu joulukuuta joulu",
)
_WEEKDAYS = (
    "monday mon montag mo måndag mån mandag man lundi lun lunes maandag ma maanantai",
    "tuesday tue tues dienstag di tisdag tis tirsdag tir mardi mar martes dinsdag tiistai ti",
    "wednesday wed mittwoch mi onsdag ons mercredi mer miércoles mié woensdag wo keskiviikko ke",
    "thursday thu thur thurs donnerstag do torsdag tors tor jeudi jeu jueves jue donderdag torstai to",
    "friday fri freitag fr fredag fre vendredi ven viernes vie vrijdag vr perjantai pe",
    "saturday sat samstag sa lördag lör lørdag lør samedi sam sábado sáb zaterdag za lauantai la",
    "sunday sun sonntag so söndag sön søndag søn dimanche dim domingo dom zondag zo sunnuntai su",
)


def _numbers(lines: tuple[str, ...]) -> Mapping[str, int]:
    return {name: number for number, line in enumerate(lines, 1) for name in line.split()}


MONTHS = _numbers(_MONTHS)  # 1 to 12
WEEKDAYS = _numbers(_WEEKDAYS)  # 1 to 7, Monday first
