"""The forms of times: regular expressions whose groups are named for what they hold.

A form is either one that describes itself (the year first, or the month by its name), or a format that someone gives
in strptime's codes. Python and DuckDB read the same expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from features.errors import StamkundError

_OFFSET = "[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?"
_IANA = "[a-z]+(?:/[a-z0-9_+-]+)+"
_ZONE = rf"(?P<zone>(?:UTC|GMT)?{_OFFSET}|Z|[a-z]{{3,5}}|{_IANA})"
_ANY_ZONE = rf"(?: *{_ZONE})?(?: ?\[(?P<place>{_IANA})\])?"
_LETTERS = r"[^\x00-@\[-`{-\x7f]"  # and those beyond ASCII; which word it is, is looked up
_ISO_ZONE = f"(?: *(?P<zone>Z|{_OFFSET}))?"

# The group of each code, and what it may hold; where numbers stand side by side, each has all of its digits.
_CODES: Mapping[str, tuple[str, str]] = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("short_year", "[0-9]{2}"),
    "m": ("month", "0?[1-9]|1[0-2]"),
    "d": ("day", "0?[1-9]|[12][0-9]|3[01]"),
    "H": ("hour", "[01]?[0-9]|2[0-3]"),
    "I": ("hour", "0?[1-9]|1[0-2]"),
    "M": ("minute", "[0-5][0-9]"),
    "S": ("second", "[0-5][0-9]"),
    "f": ("fraction", "[0-9]{1,9}"),
    "p": ("half", r"[ap](?:[.] ?m|m\b)[.]?"),
    "B": ("name", f"{_LETTERS}{{3,}}[.]?"),
    "A": ("weekday", f"{_LETTERS}{{2,}}[.]?"),
}
GROUPS = (*dict.fromkeys(group for group, _ in _CODES.values()), "zone", "place")
_SAME = {"b": "B", "h": "B", "a": "A", "e": "d", "k": "H", "l": "I"}
_TOGETHER = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "R": "%H:%M", "D": "%m/%d/%y"}
_NUMERIC = frozenset("YymdHIMSf")


@dataclass(frozen=True)
class TimeForm:
    """A regular expression of whole texts; and of those that DuckDB's own ``strptime`` reads alike, with its format."""

    pattern: str
    quick: tuple[str, str] | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """What it tells, in the order of its groups.

        >>> time_format("%d.%m.%Y").groups
        ('day', 'month', 'year')
        """
        return tuple(re.compile(self.pattern).groupindex)

    @property
    def tells_hour(self) -> bool:
        """Whether it may tell more than the day."""
        return "hour" in self.groups


def _form(*parts: str) -> TimeForm:
    return TimeForm(f"(?i)^{''.join(parts)}$")


def _group(code: str) -> str:
    name, pattern = _CODES[code]
    return f"(?P<{name}>{pattern})"


_YEAR, _MONTH, _DAY, _NAME, _HALF = map(_group, "YmdBp")
_SECONDS = f"(?::{_group('S')}(?:[.,]{_group('f')})?)?"
_CLOCK = f"{_group('H')}(?::{_group('M')}{_SECONDS})?"
_COMPACT = f"(?P<hour>[01][0-9]|2[0-3])(?:(?P<minute>[0-5][0-9])(?P<second>[0-5][0-9])?(?:[.,]{_group('f')})?)?"
_TWELVE = f"{_CLOCK}(?: ?{_HALF})?"
_DATES = tuple(f"{_YEAR}{mark}{_MONTH}{mark}{_DAY}" for mark in ("-", "/", "[.]"))
_COMPACT_DATE = "(?P<year>(?:19|20)[0-9]{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2][0-9]|3[01])"
_WEEKDAY = f"(?:{_group('A')},? +)?"
_NAMED_DATES = (
    f"{_YEAR}[ /-]{_NAME}[ /-]{_DAY}",
    f"{_WEEKDAY}{_DAY}(?:[.]|st|nd|rd|th)?(?: de)?[ /-]*{_NAME},?(?: del?)?[ /-]*{_YEAR}",
    f"{_WEEKDAY}{_NAME}[ /-]+{_DAY}(?:st|nd|rd|th)?,? +{_YEAR}",
)

# What HTTP takes, and files too: the year first, in digits; ISO 8601's calendar dates are among them.
ISO_FORMS = (
    *(_form(date, f"(?:[T ] *{_CLOCK}{_ISO_ZONE})?") for date in _DATES),
    _form(_COMPACT_DATE, f"(?:[T ]?{_COMPACT}{_ISO_ZONE})?"),
)
# What needs no format in a file: beside these also twelve hours, zones by name, and months by name.
FORMS = (
    *(_form(date, f"(?:[T ] *{_TWELVE}{_ANY_ZONE})?") for date in _DATES),
    _form(_COMPACT_DATE, f"(?:[T ]?{_COMPACT}{_ANY_ZONE})?"),
    *(_form(date, f"(?:(?:T|,? +|,? at ){_TWELVE}{_ANY_ZONE})?") for date in _NAMED_DATES),
    _form(f"{_WEEKDAY}{_NAME} +{_DAY} +{_TWELVE}{_ANY_ZONE} +{_YEAR}"),
)


@cache
def time_format(text: str) -> TimeForm:
    """The form that a format in strptime's codes means.

    >>> bool(re.match(time_format("%d. %B %Y").pattern, "3. März 2024"))
    True
    >>> time_format("%d.%m.")
    Traceback (most recent call last):
    features.errors.StamkundError: The format '%d.%m.' tells no year (%Y or %y).
    """
    parts = list(_parts(text))
    _check(text, [code for code, _ in parts])
    form = _form(*(pattern for _, pattern in parts))
    if not {code for code, _ in parts} <= {"", *"YymdHIMSp"}:
        return form
    half = f" *(?P<half>{_CODES['p'][1]})"
    return TimeForm(form.pattern, (form.pattern.replace(half, " (?P<half>[ap]m)"), _expanded(text)))


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Each code of a format with its pattern; the code of what is no code is empty."""
    text = _expanded(text)
    tokens = re.findall(r"%-?.|\s+|[^%\s]|%$", re.sub(r"\s*%([zZp])", r"%\1", text), re.DOTALL)
    codes = [_code(text, token) for token in tokens]
    for place, (code, token) in enumerate(zip(codes, tokens, strict=True)):
        beside = {*codes[max(0, place - 1) : place], *codes[place + 1 : place + 2]}
        if code in {"z", "Z"}:
            yield code, f" *{_ZONE}"
        elif code:
            group, pattern = _CODES[code]
            full = code in _NUMERIC and beside & _NUMERIC
            gap = " *" if code == "p" else ""
            yield code, f"{gap}(?P<{group}>{'[0-9]{2}' if full and code not in 'Yf' else pattern})"
        else:
            yield "", " +" if token.isspace() else re.escape(token.replace("%%", "%"))


def _expanded(text: str) -> str:
    """A format with only the codes that are known here."""
    for name, codes in _TOGETHER.items():
        text = text.replace(f"%{name}", codes)
    text = re.sub(r"\s*%p", " %p", text)
    return re.sub("%-?([ekl])", lambda match: f"%{_SAME[match[1]]}", text.strip()).replace("%-", "%")


def _code(text: str, written: str) -> str:
    if not written.startswith("%") or written == "%%":
        return ""
    code = _SAME.get(written[-1], written[-1])
    if code not in {*_CODES, "z", "Z"} or written == "%":
        msg = f"The format {text!r} has the code {written}; known are " + ", ".join(
            f"%{c}" for c in (*_CODES, "b", "z")
        )
        raise StamkundError("bad_format", f"{msg}.")
    return code


def _check(text: str, codes: list[str]) -> None:
    """Refuse a format that does not tell a day, or half a clock."""
    for what, either in {"year": "Yy", "month": "mB", "day": "d"}.items():
        if not set(either) & set(codes):
            raise StamkundError("bad_format", f"The format {text!r} tells no {what} (%{' or %'.join(either)}).")
    if ("I" in codes) != ("p" in codes):
        msg = f"The format {text!r} must have %I and %p together: hours to twelve need AM or PM, others are %H."
        raise StamkundError("bad_format", msg)
    for either in ("Yy", "mB", "HI", "zZ", *"dMSfpA"):
        if sum(codes.count(code) for code in either) > 1:
            raise StamkundError("bad_format", f"The format {text!r} tells twice what %{either[0]} tells.")
