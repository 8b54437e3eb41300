"""The SQL that reads a text as a time: whole, or as null."""

from __future__ import annotations

from collections.abc import Mapping

from features import sql
from features.reading.calendar_names import MONTHS, WEEKDAYS
from features.reading.time_forms import FORMS, GROUPS, TimeForm
from features.reading.zones import moment_sql, zone_moment_sql
from features.units import DAY

# The forms that most files have, which DuckDB's own cast reads fast, and right where they are matched first.
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_PLAIN = f"[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}[T ]{_CLOCK}"
_PLAIN_DAY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_OFFSET = "(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])"


def _number(name: str, numbers: Mapping[str, int]) -> str:
    entries = ", ".join(f"{sql.literal(key)}: {number}" for key, number in numbers.items())
    return f"map {{{entries}}}[lower(rtrim({name}, '.'))]"


def _at() -> str:
    """The TIMESTAMP of the groups ``the_p``; null for a day that no month has, and for another weekday's."""
    century = "CASE WHEN the_p.short_year < '69' THEN '20' ELSE '19' END"
    year = f"CASE WHEN the_p.year <> '' THEN the_p.year ELSE {century} || the_p.short_year END"
    month = f"CASE WHEN the_p.month <> '' THEN the_p.month ELSE CAST({_number('the_p.name', MONTHS)} AS VARCHAR) END"
    twelve = "CAST(the_p.hour AS INTEGER) % 12 + CASE WHEN the_p.half ILIKE 'p%' THEN 12 ELSE 0 END"
    hour = (
        "CASE WHEN the_p.half = '' THEN coalesce(nullif(the_p.hour, ''), '00')"
        f" WHEN CAST(the_p.hour AS INTEGER) BETWEEN 1 AND 12 THEN CAST({twelve} AS VARCHAR) END"
    )
    minute, second, fraction = (
        f"coalesce(nullif(the_p.{part}, ''), '00')" for part in ("minute", "second", "fraction")
    )
    clock = f"({hour}) || ':' || {minute} || ':' || {second} || '.' || left({fraction}, 6)"
    at = f"TRY_CAST(({year}) || '-' || ({month}) || '-' || the_p.day || ' ' || {clock} AS TIMESTAMP)"
    weekday = f"the_p.weekday = '' OR {_number('the_p.weekday', WEEKDAYS)} = isodow(the_a)"
    return f"list_transform([{at}], lambda the_a: CASE WHEN {weekday} THEN the_a END)[1]"


_AT = _at()


def time_sql(text: str, timezone: str, *, last: bool, form: TimeForm | None = None) -> str:
    """The moment (µs since 1970, UTC) that an SQL text means, null when it is not understood whole.

    A time without a zone is in ``timezone``; a day is its first moment, or its ``last`` one. Without a ``form``, the
    text must be of one that describes itself.

    >>> from duckdb import connect
    >>> with connect() as duck:
    ...     reading = time_sql("'5 March 2024, 2:30 PM'", "UTC", last=True)
    ...     duck.execute(f"SELECT CAST(make_timestamp({reading}) AS VARCHAR)").fetchone()[0]
    '2024-03-05 14:30:00'
    """
    zone, trimmed = sql.literal(timezone), f"trim({text})"
    if form is not None and form.quick:
        read = written_sql(text, form)
        return moment_sql(f"({read})", zone) if form.tells_hour else day_sql(f"({read})", zone, last=last)
    if form is not None:
        return _moment(_parsed(trimmed, form), zone, last=last)
    day, plain = (f"TRY_CAST({each} AS TIMESTAMP)" for each in (trimmed, text))
    zoned = f"contains({text}, 'Z') OR contains({text}, '+') OR {text} LIKE '%-%-%-%'"
    told = f"epoch_us(TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE))"
    return (
        f"CASE WHEN regexp_full_match({text}, ' *{_PLAIN}{_OFFSET}? *')"
        f" THEN CASE WHEN {zoned} THEN {told} ELSE {moment_sql(plain, zone)} END"
        f" WHEN regexp_full_match({trimmed}, '{_PLAIN_DAY}') THEN {day_sql(day, zone, last=last)}"
        f" ELSE {_moment(_parsed(trimmed, None), zone, last=last)} END"
    )


def written_sql(text: str, form: TimeForm | None = None) -> str:
    """The same as a TIMESTAMP as it is written, whatever its zone; a day is its midnight."""
    trimmed = f"trim({text})"
    parsed = f"{_parsed(trimmed, form)}.at"
    if form is None:
        plain = f"regexp_full_match({trimmed}, '{_PLAIN_DAY}|{_PLAIN}{_OFFSET}?')"
        return f"CASE WHEN {plain} THEN TRY_CAST({trimmed} AS TIMESTAMP) ELSE {parsed} END"
    if form.quick is None:
        return parsed
    pattern, format_ = map(sql.literal, form.quick)
    quick = f"CASE WHEN regexp_full_match({trimmed}, {pattern}) THEN try_strptime({trimmed}, {format_})"
    return f"{quick} END" if form.quick[0] == form.pattern else f"{quick} ELSE {parsed} END"


def day_sql(midnight: str, zone: str, *, last: bool) -> str:
    """The first moment of a day in a zone, or its last one: the microsecond before the next day begins."""
    return f"{moment_sql(f'({midnight} + INTERVAL 1 DAY)', zone)} - 1" if last else moment_sql(midnight, zone)


def is_plain_day_sql(text: str) -> str:
    """Whether a text is a day as ISO 8601 writes it."""
    return f"regexp_full_match({text}, '{_PLAIN_DAY}')"


def is_plain_hour_sql(text: str, timezone: str) -> str:
    """Whether a text is a time as ISO 8601 writes it, in its own zone and in ``timezone`` after the day's first hour.

    >>> from duckdb import connect
    >>> with connect() as duck:
    ...     for text in ("2024-03-05 14:30", "2024-03-05T00:30:00", "2024-02-30 14:30", "5 March 2024, 2:30 PM"):
    ...         plain = is_plain_hour_sql(sql.literal(text), "UTC")
    ...         print(text, *duck.execute(f"SELECT {plain}").fetchone())
    2024-03-05 14:30 True
    2024-03-05T00:30:00 False
    2024-02-30 14:30 False
    5 March 2024, 2:30 PM False
    """
    offset = "Z?" if timezone == "UTC" else ""
    plain = f" *{_PLAIN_DAY}[T ](0[1-9]|1[0-9]|2[0-3])(:[0-5][0-9]){{1,2}}([.][0-9]{{1,9}})?{offset} *"
    return f"(regexp_full_match({text}, '{plain}') AND TRY_CAST(trim({text}) AS TIMESTAMP) IS NOT NULL)"


def is_midnight_sql(moment: str, zone: str) -> str:
    """Whether a day begins at a moment in a zone."""
    if zone == "'UTC'":
        return f"({moment} % {DAY} = 0)"
    local = f"timezone({zone}, make_timestamptz({moment}))"
    return f"list_transform([{local}], lambda the_l: the_l = date_trunc('day', the_l))[1]"


def day_end_sql(midnight: str, zone: str) -> str:
    """The last microsecond of the day that begins at a moment; where no day of the zone does, of one of 24 hours."""
    if zone == "'UTC'":
        return f"{midnight} + {DAY - 1}"
    next_ = moment_sql(f"(timezone({zone}, make_timestamptz({midnight})) + INTERVAL 1 DAY)", zone)
    return f"CASE WHEN {is_midnight_sql(midnight, zone)} THEN {next_} - 1 ELSE {midnight} + {DAY - 1} END"


def _parsed(text: str, form: TimeForm | None) -> str:
    """A struct of what a text tells: ``at`` as a TIMESTAMP as it is written, its ``zone``, whether it is a ``day``."""
    cases = [
        f"WHEN regexp_full_match({text}, {sql.literal(one.pattern)}) THEN {_groups(text, one)}"
        for one in ([form] if form else FORMS)
    ]
    parts = f"{{'at': {_AT}, 'zone': the_p.zone, 'place': the_p.place, 'day': the_p.hour = ''}}"
    return f"list_transform([CASE {' '.join(cases)} END], lambda the_p: {parts})[1]"


def _groups(text: str, form: TimeForm) -> str:
    """A struct of all groups that a form may have; those that it has not are empty."""
    names = ", ".join(map(sql.literal, form.groups))
    extracted = f"regexp_extract({text}, {sql.literal(form.pattern)}, [{names}])"
    groups = ", ".join(f"'{name}': {f'the_g.{name}' if name in form.groups else repr('')}" for name in GROUPS)
    return f"list_transform([{extracted}], lambda the_g: {{{groups}}})[1]"


def _moment(parsed: str, zone: str, *, last: bool) -> str:
    """The moment of a struct of what a text tells."""
    there, told = (zone_moment_sql("the_t.at", f"the_t.{written}") for written in ("place", "zone"))
    agree = "the_m.told - the_m.there IN (0, 3600000000)"  # the offset tells of two hours which
    moment = (
        f"CASE WHEN the_t.day THEN {day_sql('the_t.at', zone, last=last)}"
        f" WHEN the_t.zone <> '' THEN CASE WHEN the_t.place = '' OR {agree} THEN the_m.told END"
        f" WHEN the_t.place <> '' THEN the_m.there ELSE {moment_sql('the_t.at', zone)} END"
    )
    moments = f"list_transform([{{'there': {there}, 'told': {told}}}], lambda the_m: {moment})[1]"
    return f"list_transform([{parsed}], lambda the_t: {moments})[1]"


def epoch_sql(number: str, unit: int) -> str:
    """The moment (µs) of a number, or of a text that is one, of units of ``unit`` µs since 1970."""
    decimal = f"TRY_CAST({number} AS DECIMAL(38, 9))"
    plain = f"regexp_full_match(CAST({number} AS VARCHAR), ' *-?[0-9]{{1,18}}([.][0-9]+)?(e[+][0-9]{{1,2}})? *')"
    return f"CASE WHEN {plain} THEN TRY_CAST(trunc({decimal} * {unit}) AS BIGINT) END"
