"""Remedies: what to write under ``formats:`` so that a value can be read that cannot be read by itself."""

from __future__ import annotations

from features import sql

_CLOCK = "( [0-9]{1,2}:[0-9]{2}.*)?"
_NUMBER = "[-+(]?[^0-9]{0,4}"
# The first that a text matches says how its column seems to be written.
_TIMES = {
    rf"[0-9]{{1,2}}[.][0-9]{{1,2}}[.][0-9]{{4}}{_CLOCK}": '"%d.%m.%Y"',
    rf"[0-9]{{1,2}}[.][0-9]{{1,2}}[.][0-9]{{2}}{_CLOCK}": '"%d.%m.%y"',
    rf"[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}{_CLOCK}": '"%m/%d/%Y" or "%d/%m/%Y"',
    rf"[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2}}{_CLOCK}": '"%m/%d/%y" or "%d/%m/%y"',
    rf"[0-9]{{1,2}}-[0-9]{{1,2}}-[0-9]{{4}}{_CLOCK}": '"%d-%m-%Y" or "%m-%d-%Y"',
    "[0-9]{1,2}[ -][^ 0-9]+[ -][0-9]{2}.*": '"%d-%b-%y"',
    "[0-9]{6}": '"%y%m%d"',
    "[0-9]{8}": '"%d%m%Y"',
    "[0-9]{10}([.][0-9]+)?": "seconds",
    "[0-9]{13}": "milliseconds",
    "[0-9]{16}": "microseconds",
}
_NUMBERS = {
    rf"{_NUMBER}[0-9]{{1,3}}([.][0-9]{{3}})+,[0-9]+.*": '"1.234,56"',
    rf"{_NUMBER}[0-9]{{1,3}}(,[0-9]{{3}})+[.][0-9]+.*": '"1,234.56"',
    rf"{_NUMBER}[0-9]{{1,3}}(,[0-9]{{3}})+[^0-9]*": '"1,234.56" or "1234,56"',
    rf"{_NUMBER}[0-9]{{1,3}}([ \x{{a0}}\x{{202f}}][0-9]{{3}})+,[0-9]+.*": '"1 234,56"',
    rf"{_NUMBER}[0-9]+,[0-9]+[^0-9]*": '"1234,56"',
    rf"{_NUMBER}[0-9]{{1,3}}('[0-9]{{3}})+[.][0-9]+.*": '"1\'234.56"',
}


def remedy_sql(text: str, column: str, *, time: bool) -> str:
    """The SQL text that says what would make a value readable, of a column or an expression of that name.

    >>> from duckdb import connect
    >>> with connect() as duck:
    ...     duck.execute(f"SELECT {remedy_sql(repr('2/13/2024'), 'bought', time=True)}").fetchone()[0]
    '; say how it is written, e.g. formats: {bought: "%m/%d/%Y" or "%d/%m/%Y"}'
    """
    cases = " ".join(
        f"WHEN regexp_full_match(trim({text}), {sql.literal(pattern)}) THEN {sql.literal(example)}"
        for pattern, example in (_TIMES if time else _NUMBERS).items()
    )
    usual = '"%d.%m.%Y"' if time else '"1.234,56"'
    hint, end = sql.literal(f"; say how it is written, e.g. formats: {{{column}: "), sql.literal("}")
    return f"{hint} || CASE {cases} ELSE {sql.literal(usual)} END || {end}"
