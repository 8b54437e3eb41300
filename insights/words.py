"""Numbers and names as people are told them, in a language: one way for reports and the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from features.texts.catalogue import duration_in, figure_in, text, texts_in

Row = Mapping[str, Any]
_SPACE: Final = "\u00a0"  # no line ends between a number and its unit
_MANY: Final = 100  # from here on amounts have no decimals
_SMALL: Final = 0.01  # a share that is less has two
_YES: Final[Mapping[str, str]] = {"true": "yes", "false": "no", "yes": "yes", "no": "no"}


@dataclass(frozen=True)
class Words:
    """Numbers and texts in a language, with amounts in a currency; without one where a table's head names it.

    >>> words = Words("sv", "SEK")
    >>> words.share(0.0884).split(), words.number(1234.5, "money").split()
    (['8,8', '%'], ['1', '234', 'SEK'])
    """

    language: str
    currency: str = ""

    def say(self, code: str, **params: object) -> str:
        """A text of the catalogue."""
        return text(code, self.language, **params)

    def name(self, kind: str, name: str) -> str:
        """What the catalogue calls a metric, dimension or group; its own name where it has no other."""
        return texts_in(self.language).get(f"{kind}.{name}") or name.replace("_", " ")

    def event(self, kind: str) -> str:
        """What the catalogue calls an event of a kind, or a step of a journey that is called so.

        >>> Words("sv").event("order"), Words("en").event("shipping_details")
        ('beställning', 'shipping details')
        """
        return texts_in(self.language).get(f"noun.{kind}.one") or self.name("step", kind)

    def group(self, dimension: str, group: str | None) -> str:
        """What a group of a dimension is called, such as a stage, the smaller ones together, or those not known."""
        if group is None:
            return self.say("insights.unknown")
        code = f"insights.{_YES.get(group, group)}"
        return self.say(code) if group == "other" or group in _YES else self.name(dimension, group)

    def share(self, value: float) -> str:
        """A share as a percentage."""
        return self.figures("share", [value]).value(value)

    def count(self, value: float) -> str:
        """A whole number."""
        return self.figure(f"{value:,.0f}")

    def number(self, value: float | None, unit: str) -> str:
        """A number that stands alone, to as many digits as say something; a dash where there is none."""
        return self.figures(unit, [value]).value(value)

    def figures(self, unit: str, values: Iterable[float | None]) -> Figures:
        """How to tell numbers of a unit that stand beside these."""
        return Figures(self, unit, _decimals(unit, [each for each in values if each is not None]))

    def tick(self, value: float, unit: str) -> str:
        """A number beside an axis, short.

        >>> Words("en", "USD").tick(400_000, "money"), Words("en", "USD").tick(2.5, "ratio")
        ('400 k', '2.5')
        """
        if unit == "share":
            return self.figure(f"{100 * value:g}") + " %"
        if unit == "days":
            return self.number(value, unit)
        size, mark = (1e6, " M") if abs(value) >= 1e6 else (1e3, " k") if abs(value) >= 10_000 else (1.0, "")
        return self.figure(f"{value / size:,.6g}") + mark

    def interval(self, row: Row, unit: str) -> str:
        """The interval of a row with ``low`` and ``high``."""
        return self.figures(unit, [row["low"], row["high"]]).interval(row["low"], row["high"])

    def day(self, micros: int) -> str:
        """The day of a moment."""
        return datetime.fromtimestamp(micros / 1e6, tz=UTC).date().isoformat()

    def figure(self, figure: str) -> str:
        """A figure with the language's marks, and a true minus."""
        return figure_in(self.language, figure).replace("-", "−")


@dataclass(frozen=True)
class Figures:
    """Numbers of a unit beside each other, all with as many ``decimals``; None of durations, each in a unit of its own.

    >>> shares = Words("en").figures("share", [0.81])
    >>> shares.value(0.81).split(), shares.interval(0.78, 0.8349).split(), shares.change(-0.025).split()
    (['81.0', '%'], ['78.0', '–', '83.5', '%'], ['−2.5', 'percentage', 'points'])
    """

    words: Words
    unit: str
    decimals: int | None

    def value(self, value: float | None) -> str:
        """A number with its unit; a dash where there is none."""
        return "–" if value is None or not math.isfinite(value) else self._plain(value) + self._mark

    def change(self, change: float, *, short: bool = False) -> str:
        """A change with its sign; of shares in percentage points."""
        if self.unit != "share":
            return self._plain(change, sign="+") + self._mark
        code = "insights.pp" if short else "insights.percentage_points"
        return self.words.say(code, figure=self._plain(change, sign="+"))

    def interval(self, low: float | None, high: float | None) -> str:
        """From where to where, the unit told once; of durations that may be longer than any known, from where."""
        if low is None or high is None:
            known = [f"{mark} {self._plain(each)}" for mark, each in (("≥", low), ("≤", high)) if each is not None]
            return "".join(known)
        return f"{self._plain(low)} – {self._plain(high)}{self._mark}"

    def ends(self, low: float, high: float) -> str:
        """The interval of a change that is told before it."""
        mark = "" if self.unit == "share" else self._mark
        return f"{self._plain(low)} – {self._plain(high)}{mark}"

    @property
    def _mark(self) -> str:
        if self.unit == "share":
            return f"{_SPACE}%"
        return f"{_SPACE}{self.words.currency}" if self.unit == "money" and self.words.currency else ""

    def _plain(self, value: float, *, sign: str = "") -> str:
        if self.decimals is None:
            return duration_in(self.words.language, value, sign=sign).replace("-", "−").replace(" ", _SPACE)
        value = round(value * (100 if self.unit == "share" else 1), self.decimals) + 0.0
        return self.words.figure(f"{value:{sign},.{self.decimals}f}")


def _decimals(unit: str, known: list[float]) -> int | None:
    """With how many decimals numbers are told; None of durations.

    >>> _decimals("count", [12.0]), _decimals("money", [1234.5, 9.0]), _decimals("money", [0.0, 28.67])
    (0, 0, 2)
    >>> _decimals("share", [1.0]), _decimals("share", [0.002]), _decimals("ratio", [0.012]), _decimals("days", [0.0])
    (1, 2, 3, None)
    """
    if unit == "days":
        return None
    most = max(map(abs, known), default=0.0)
    if unit == "share":
        return 2 if 0 < most < _SMALL else 1
    if unit in ("count", "customers") and all(value == round(value) for value in known):
        return 0
    if unit == "points":
        return 1
    return 0 if most >= _MANY else 3 if 0 < most < 0.1 else 2
