"""How values are written: amounts by a sample of them, moments by `strptime` codes in a language."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "fi": "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
SHORT = {
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
}


class Money(int):
    """An amount in minor units (cents).

    A sample says how amounts are written: where 1234.56 would have its marks, its currency and its minus.

    >>> [f"{Money(-123456):{sample}}" for sample in ("1234.56", "1.234,56 €", "$1,234.56", "1 234,56", "(1,234.56)")]
    ['-1234.56', '-1.234,56 €', '-$1,234.56', '-1 234,56', '(1,234.56)']
    >>> f"{Money(150):1.234,56}", f"{Money(1500):cents}", f"{Money(1500):1.234}", f"{Money(1500):1234.5600}"
    ('1,50', '1500', '15', '15.0000')
    """

    def __format__(self, sample: str) -> str:
        if sample == "cents":
            return str(int(self))
        prefix, mark, decimals, suffix = _sample(sample or "1234.56")
        units, cents = divmod(abs(int(self)), 100)
        digits = f"{units:,}".replace(",", mark) + decimals.replace("56", f"{cents:02}")
        if self >= 0:
            return f"{prefix.removeprefix('(')}{digits}{suffix.removesuffix(')')}"
        return f"{prefix}{digits}{suffix}" if prefix.startswith("(") else f"-{prefix}{digits}{suffix}"


@cache
def _sample(sample: str) -> tuple[str, str, str, str]:
    match = re.fullmatch(r"(\D*)1(\D?)234(\D560*)?(\D*)", sample)
    assert match, f"{sample}: write 1234.56 as the file would"
    return match[1], match[2], match[3] or "", match[4]


class Moment(datetime):
    """A moment with its zone.

    Beside the codes of `strftime`: `epoch`, `epoch_ms`, `epoch_us`, `%:z` (+02:00), `LANGUAGE|…` for the names of
    months. A text that ends in Z is in UTC.

    >>> at = Moment(2024, 5, 1, 13, 5, tzinfo=UTC)
    >>> f"{at:%d.%m.%y %I:%M %p}", f"{at:%Y-%m-%dT%H:%M:%S%:z}", f"{at:epoch}", f"{at:fr|%-d %B %Y}"
    ('01.05.24 01:05 PM', '2024-05-01T13:05:00+00:00', '1714568700', '1 mai 2024')
    """

    def __format__(self, spec: str) -> str:
        if spec.startswith("epoch"):
            return str(int(self.timestamp()) * {"epoch": 1, "epoch_ms": 10**3, "epoch_us": 10**6}[spec])
        language, _, codes = spec.rpartition("|")
        moment = self.astimezone(UTC) if codes.endswith("Z") else self
        if language:
            long = MONTHS[language].split()[self.month - 1]
            short = SHORT[language].split()[self.month - 1] if language in SHORT else long[:3]
            codes = codes.replace("%B", long).replace("%b", short)
        offset = moment.strftime("%z")
        return datetime.strftime(moment, codes.replace("%:z", f"{offset[:3]}:{offset[3:]}"))
