"""Ids as they are written: exact to the last digit, and what stands for nobody; one rule in Python and in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from features import sql
from features.addresses import BLANKS

# What exports write where nobody is meant; 0 is not among them, for some count customers from it. The setting
# `missing_ids` replaces the list.
MISSING_IDS = (
    *("nan", "none", "null", "nil", "<na>", "na", "n/a", "#n/a", "nat", "undefined", "[object object]", "unknown"),
    *("anonymous", "not_authenticated", "(not set)", "-1", "00000000-0000-0000-0000-000000000000"),
    # What programs send that were given a setting's name, or whether somebody is known, in place of who.
    *("true", "false", "id", "user_id", "userid", "anonymous_id", "distinct_id", "distinctid", "email"),
)
# Words that may be somebody's id, but most often mean nobody: they join nobody, and the doctor tells of them.
STAND_INS = (
    *MISSING_IDS,
    *("anon", "guest", "gast", "invité", "invitado", "ospite", "gäst", "test", "dummy", "default", "nobody"),
    *("unbekannt", "inconnu", "desconocido", "walk-in", "walkin", "cash", "tbd", "-", "--", ".", "?", "x"),
)
_WHOLE = "-?[0-9]+[.]0+"
_ROUNDED = "-?[0-9]([.][0-9]+)?[eE][+][0-9]+"  # as spreadsheets write a number that is too wide for its column
_EXACT = {"DOUBLE": 2**53, "FLOAT": 2**24}  # whole numbers below it differ from each other


def is_missing_id(text: str, missing: Iterable[str] = MISSING_IDS) -> bool:
    r"""Whether an id means nobody: blank, or one of the ``missing`` ones in lower or upper case.

    >>> is_missing_id(" NaN "), is_missing_id("\N{NO-BREAK SPACE}"), is_missing_id("7")
    (True, True, False)
    """
    plain = text.strip(BLANKS).lower()
    plain = plain.partition(".")[0] if "." in plain and re.fullmatch(_WHOLE, plain) else plain
    return not plain or plain in _small(tuple(missing))


@lru_cache
def _small(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)


def exact_id(value: str | int | float) -> str | None:
    """An id as text, without the ``.0`` that some tool added; None when digits of it may be lost.

    >>> exact_id(7), exact_id("40213.0"), exact_id(40213.0), exact_id("v1.0")
    ('7', '40213', '40213', 'v1.0')
    >>> exact_id(1e17), exact_id("1.57963E+17")
    (None, None)
    """
    if isinstance(value, float):
        if value != value or abs(value) >= _EXACT["DOUBLE"]:  # noqa: PLR0124  (nan)
            return None
        return str(int(value) if value.is_integer() else value)
    text = str(value)
    if "." not in text and "+" not in text:  # nearly every id
        return text
    if re.fullmatch(_ROUNDED, text):
        return None
    return text.partition(".")[0] if re.fullmatch(_WHOLE, text) else text


def exact_id_sql(value: str, type_: str) -> str:
    """The same of an SQL expression of a DuckDB type."""
    text = f"CAST({value} AS VARCHAR)"
    if type_ in _EXACT:
        whole = f"CAST(CAST({value} AS BIGINT) AS VARCHAR)"
        return (
            f"CASE WHEN abs({value}) < {_EXACT[type_]}"
            f" THEN CASE WHEN {value} = trunc({value}) THEN {whole} ELSE {text} END END"
        )
    if type_ != "VARCHAR" and not type_.startswith("DECIMAL"):
        return text
    # Nearly no id has a point: the regular expressions are asked of these only.
    return (
        f"CASE WHEN NOT contains({text}, '.') AND NOT contains({text}, '+') THEN {text}"
        f" WHEN regexp_full_match({text}, '{_WHOLE}') THEN split_part({text}, '.', 1)"
        f" WHEN NOT regexp_full_match({text}, '{_ROUNDED}') THEN {text} END"
    )


def is_missing_id_sql(text: str, missing: Iterable[str]) -> str:
    """Whether an SQL text is an id that means nobody."""
    patterns = (re.escape(name) + ("(?:[.]0+)?" if re.fullmatch("-?[0-9]+", name) else "") for name in missing)
    names = "|".join(patterns)  # one pass, which most ids fail at once
    return f"coalesce(regexp_full_match({text}, {sql.literal(f'(?i)[{BLANKS}]*(?:{names}|)[{BLANKS}]*')}), true)"
