"""The SQL that reads a text as a number or an amount: whole, or as null."""

from __future__ import annotations

import re
from collections.abc import Sequence

from features import sql
from features.reading.number_forms import PLAIN, SIGNS, SPACES, NumberForm, signs_of

ANY_SIGN = tuple(SIGNS)  # and any code of three letters
_MINUS = "[-−–]"
_GAP = f"[{SPACES}]*"


def plain_sql(text: str, form: NumberForm | None = None, signs: Sequence[str] = ()) -> str:
    """The number in an SQL text as a plain decimal text, null when it is not understood whole.

    It may have a minus before it or behind it, or stand in parentheses as accountants write what is negative; one of
    some ``signs`` of currencies may stand beside it.

    >>> from duckdb import connect
    >>> with connect() as duck:
    ...     for text in ("(1.234,50 €)", "12-", "5 USD"):
    ...         duck.execute(f"SELECT {plain_sql(repr(text), NumberForm('.', ','), signs_of('EUR'))}").fetchone()[0]
    '-1234.50'
    '-12'
    """
    form = form or PLAIN
    pattern, extracted = _extracted(text, number_pattern(form.digits, signs))
    digits = "the_n.digits"
    if form.thousands:
        digits = f"regexp_replace({digits}, {sql.literal(f'[{form.thousands}]')}, '', 'g')"
    if form.decimal != ".":
        digits = f"replace({digits}, {sql.literal(form.decimal)}, '.')"
    minus = "the_n.first || the_n.second || the_n.last"
    negative = f"the_n.open <> '' OR regexp_matches({minus}, '{_MINUS}')"
    signed = f"CASE WHEN {negative} THEN '-' ELSE '' END || {digits}"
    fits = f"(the_n.open = '') = (the_n.close = '') AND length({minus} || the_n.open) <= 1"
    return (
        f"CASE WHEN regexp_full_match({text}, {pattern})"
        f" THEN list_transform([{extracted}], lambda the_n: CASE WHEN {fits} THEN {signed} END)[1] END"
    )


def foreign_sql(text: str, form: NumberForm | None, currency: str) -> str:
    """Whether an SQL text is an amount with the sign or the code of another currency."""
    own = f"{'|'.join(map(re.escape, signs_of(currency)))}"
    pattern, extracted = _extracted(text, number_pattern((form or PLAIN).digits, ANY_SIGN))
    sign = "the_c.before || the_c.behind"
    foreign = f"{sign} <> '' AND NOT regexp_full_match({sign}, {sql.literal(own)})"
    return f"(regexp_full_match({text}, {pattern}) AND list_transform([{extracted}], lambda the_c: {foreign})[1])"


def _extracted(text: str, pattern: str) -> tuple[str, str]:
    """The SQL of a pattern, and of the struct of its groups in a text."""
    names = ", ".join(map(sql.literal, re.compile(pattern).groupindex))
    return sql.literal(pattern), f"regexp_extract({text}, {sql.literal(pattern)}, [{names}])"


def number_pattern(digits: str, signs: Sequence[str]) -> str:
    """The regular expression of a number, its minus, and at most one currency sign on each side of it."""
    either = "|".join(sorted(map(re.escape, signs), key=lambda sign: -len(sign)))
    if signs is ANY_SIGN:
        either += "|[A-Z]{3}"
    before = f"(?:(?P<before>{either}){_GAP})?" if signs else ""
    behind = f"(?:{_GAP}(?P<behind>{either}))?" if signs else ""
    minus = f"[+]|{_MINUS}"
    return (
        rf"^{_GAP}(?P<open>\(?)(?P<first>{minus}|){_GAP}{before}(?P<second>{minus}|){_GAP}(?P<digits>{digits})"
        rf"{behind}{_GAP}(?P<last>{minus}|)(?P<close>\)?){_GAP}$"
    )
