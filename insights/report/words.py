"""Numbers and sentences as a report says them, in a language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from features.texts.catalogue import duration_in, figure_in, text, texts_in

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """Numbers and texts in a language, with amounts in a currency.

    >>> words = Words("sv", "SEK")
    >>> words.share(0.0884), words.number(1234.5, "money").split()
    ('8,8 %', ['1', '234', 'SEK'])
    """

    language: str
    currency: str

    def say(self, code: str, **params: object) -> str:
        """A text of the catalogue."""
        return text(code, self.language, **params)

    def name(self, kind: str, name: str) -> str:
        """What the catalogue calls a metric, dimension or group; its own name where it has no other."""
        return texts_in(self.language).get(f"{kind}.{name}") or name.replace("_", " ")

    def share(self, value: float) -> str:
        """A share as a percentage."""
        return self._figure(f"{100 * value:.1f}") + " %"

    def count(self, value: float) -> str:
        """A whole number."""
        return self._figure(f"{value:,.0f}")

    def number(self, value: float | None, unit: str) -> str:
        """A number of a unit, to as many digits as say something; a dash where there is none."""
        if value is None or not math.isfinite(value):
            return "–"
        if unit == "share":
            return self.share(value)
        if unit in ("count", "customers"):
            return self.count(value)
        if unit == "days":
            return duration_in(self.language, value).replace("-", "−")
        decimals = 0 if abs(value) >= 1000 else 1 if unit == "points" else 2
        figure = self._figure(f"{value:,.{decimals}f}")
        return f"{figure} {self.currency}" if unit == "money" else figure

    def tick(self, value: float, unit: str) -> str:
        """A number beside an axis, short.

        >>> Words("en", "USD").tick(400_000, "money"), Words("en", "USD").tick(2.5, "ratio")
        ('400 k', '2.5')
        """
        if unit == "share":
            return self._figure(f"{100 * value:g}") + " %"
        if unit == "days":
            return self.number(value, unit)
        size, mark = (1e6, " M") if abs(value) >= 1e6 else (1e3, " k") if abs(value) >= 10_000 else (1.0, "")
        return self._figure(f"{value / size:,.6g}") + mark

    def interval(self, row: Row, unit: str) -> str:
        """The interval of a row with ``low`` and ``high``."""
        return f"{self.number(row['low'], unit)} – {self.number(row['high'], unit)}"

    def day(self, micros: int) -> str:
        """The day of a moment."""
        return datetime.fromtimestamp(micros / 1e6, tz=UTC).date().isoformat()

    def _figure(self, figure: str) -> str:
        return figure_in(self.language, figure).replace("-", "−")


@dataclass(frozen=True)
class Told:
    """A finding in words: what is so, how sure that is, what to do, and the command that lists whom it is about."""

    headline: str
    sure: str
    advice: str
    command: str


def told(finding: Row, words: Words) -> Told:
    """A row of the table ``findings`` in words."""
    code, unit = finding["code"], finding["unit"]
    params = {name: words.count(count) for name, count in dict(finding["counts"]).items()}
    params |= {f"money_{name}": words.number(abs(amount), "money") for name, amount in dict(finding["money"]).items()}
    headline = words.say(f"finding.{code}", value=words.number(abs(finding["value"]), unit), **params)
    sure = words.say(
        "report.sure", value=words.number(finding["value"], unit), interval=words.interval(finding, unit),
        n=words.count(finding["n"]),
    )  # fmt: skip
    advice = words.say(f"finding.{code.partition('.')[0]}.advice", **params)
    return Told(headline, sure, advice, f"stamkund report people {code}")
