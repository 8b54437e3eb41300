"""Addresses as people write them: e-mail addresses and phone numbers, and several of them in one field.

======= ======================================================================================================
form    what is compared
======= ======================================================================================================
text    the value as it stands
email   the address without a name, `mailto:` and blanks around it, in small letters
phone   its digits, with a plus where it begins with one; the zero in ``+46 (0)70`` is none of them
======= ======================================================================================================

What does not have the form stays a text.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import polars as pl

from features import sql
from features.hashes import PSEUDONYM

Form = Literal["text", "email", "phone"]
BLANKS: Final = " \t\r\n\N{NO-BREAK SPACE}"
USUAL_FORMS: Final[dict[str, Form]] = {"email": "email", "phone": "phone"}

_NOT = f'{BLANKS}<>;,|()\\[\\]"@:'  # what an address has nowhere
_EMAIL: Final = f"[^{_NOT}/'][^{_NOT}]*@[^{_NOT}/]*[^{_NOT}/.']"
_AROUND = f"[{BLANKS};,|\\[\\]\"']"
_NAMED = f"(?:[^<>@]*<[{BLANKS}]*)?(?:mailto:)*{_EMAIL}[{BLANKS}.]*>?(?:[{BLANKS}]*[(][^()@]*[)])?"
_EMAILS: Final = f"(?i){_AROUND}*{_NAMED}(?:{_AROUND}+{_NAMED})*{_AROUND}*"

# Dashes and blanks of all widths, and the marks of a text's direction that programs copy with a number.
_SIGNS = f"{BLANKS}().\\-\u2000-\u200f\u2010-\u2015\u202a-\u202f\u2212"
_BEGIN = f"(?i)[{_SIGNS}]*(?:tel:[{_SIGNS}]*)?"
_PHONE: Final = f"{_BEGIN}[+]?[{_SIGNS}0-9/]*[0-9][{_SIGNS}0-9/]*"
_MOST_DIGITS: Final = 17  # fifteen of a number in all the world, and two zeros that some write for a plus
_WHOLE = f"[{_SIGNS}]*[+]?(?:[{_SIGNS}]*[0-9]){{7,}}[{_SIGNS}]*"  # a number with the code of its place
_PHONES: Final = f"{_WHOLE}(?:[;,|/]+{_WHOLE})+[;,|/]*"
_PART: Final = "[^;,|/]*[0-9][^;,|/]*"

_PSEUDONYM = f"{PSEUDONYM}|[0-9a-fA-F]{{32,128}}|[A-Za-z0-9+/_-]{{43}}=?"  # a hash of an address
_RIGHT: Final = {"email": f"{_EMAIL}|{_PSEUDONYM}", "phone": f"[+]?[0-9]{{5,{_MOST_DIGITS}}}|{_PSEUDONYM}"}
_NOBODYS: Final = {
    "email": "(?:no[._-]?reply|do[._-]?not[._-]?reply|no[._-]?e?mail|none|null|undefined|nobody|anonymous|n/?a)@.*"
    "|(?:test|user|email|example|name|a)@(?:test|example|user|email|a|domain|mail)[.](?:com|org|net)",
    "phone": f"[+]?(?:{'|'.join(f'{digit}+' for digit in range(10))}|0?123456789?0?)",
}


def form_of(id_type: str) -> Form:
    """The usual form of a type of identifier, by its name.

    >>> form_of("email"), form_of("loyalty_card")
    ('email', 'text')
    """
    return USUAL_FORMS.get(id_type, "text")


def values_of(text: str, form: Form) -> list[str]:
    """The values that a field holds: several addresses in one are a value each.

    >>> values_of("Anna <a@x.se>; b@x.se", "email"), values_of("070-1234567 / 08-7654321", "phone")
    (['a@x.se', 'b@x.se'], ['070-1234567', '08-7654321'])
    >>> values_of("Anna <a@x.se>", "email"), values_of("030/1234567", "phone"), values_of("a;b", "text")
    (['Anna <a@x.se>'], ['030/1234567'], ['a;b'])
    """
    found = _emails(text) if form == "email" else []
    if form == "phone" and re.fullmatch(_PHONES, text):
        found = [part.strip(BLANKS) for part in re.findall(_PART, text)]
    return found if len(found) > 1 else [text]


def values_sql(text: str, form: Form) -> str:
    """The same of an SQL text: a list where it holds several values, else null."""
    if form == "text":
        return "CAST(NULL AS VARCHAR[])"
    if form == "email":
        whole, found = _EMAILS, f"regexp_extract_all({text}, {sql.literal(_EMAIL)})"
        several = f"contains({text}, '@') AND regexp_full_match({text}, {sql.literal(whole)}) AND len({found}) > 1"
        return f"CASE WHEN {several} THEN {found} END"
    parts = f"regexp_extract_all({text}, {sql.literal(_PART)})"
    trimmed = f"list_transform({parts}, lambda part: trim(part, {sql.literal(BLANKS)}))"
    return f"CASE WHEN regexp_full_match({text}, {sql.literal(_PHONES)}) THEN {trimmed} END"


def normal(value: str, form: Form) -> str:
    """A value in the form in which it is compared; one that does not have the form stays a text.

    >>> normal(" Anna@X.se", "email"), normal("Anna <Anna@X.se>", "email"), normal("Anna", "text")
    ('anna@x.se', 'anna@x.se', 'Anna')
    >>> normal("+46 (0)70-123 45 67", "phone"), normal("tel:070/1234567", "phone"), normal("ask Anna", "phone")
    ('+46701234567', '0701234567', 'ask Anna')
    """
    if form == "email":
        found = _emails(value)
        return _small(found[0] if len(found) == 1 else value.strip(BLANKS))
    if form == "phone" and re.fullmatch(_PHONE, value):
        plus = "+" if re.match(f"{_BEGIN}[+]", value) else ""
        digits = re.sub("[^0-9]", "", value.replace("(0)", "") if plus else value)
        return f"{plus}{digits}" if 0 < len(digits) <= _MOST_DIGITS else value
    return value


def normal_sql(value: str, form: Form) -> str:
    """The same of an SQL text."""
    if form == "email":
        bare = f"trim({value}, {sql.literal(BLANKS)})"
        found = f"regexp_extract_all({value}, {sql.literal(_EMAIL)})"
        one = f"regexp_full_match({value}, {sql.literal(_EMAILS)}) AND len({found}) = 1"
        return f"lower(CASE WHEN contains({value}, '@') AND {one} THEN {found}[1] ELSE {bare} END)"
    if form == "phone":
        is_number = f"regexp_full_match({value}, {sql.literal(_PHONE)})"
        has_plus = f"regexp_matches({value}, {sql.literal(f'^{_BEGIN}[+]')})"
        bare = f"if({has_plus}, replace({value}, '(0)', ''), {value})"
        digits = f"regexp_replace({bare}, '[^0-9]', '', 'g')"
        number = f"if({has_plus}, '+', '') || {digits}"
        return f"if({is_number} AND length({digits}) BETWEEN 1 AND {_MOST_DIGITS}, {number}, {value})"
    return value


def is_nobodys(value: pl.Expr, form: Form) -> pl.Expr:
    """Whether normal values of a form are no address, or one that means none; pseudonyms may be one.

    >>> emails = pl.Series(["anna@x.se", "-", "no-reply@x.se", "test@test.com", "0f" * 16])
    >>> pl.select(is_nobodys(pl.lit(emails), "email")).to_series().to_list()
    [False, True, True, True, False]
    """
    if form == "text":
        return pl.lit(value=False)
    is_right = value.str.contains(f"^(?:{_RIGHT[form]})$")
    return ~is_right | value.str.contains(f"^(?:{_NOBODYS[form]})$")


def is_nobodys_value(value: str, form: Form) -> bool:
    """The same of one value.

    >>> [is_nobodys_value(tel, "phone") for tel in ("+46701234567", "0", "000-000", "+1111111", "123456789")]
    [False, True, True, True, True]
    """
    return form != "text" and not (re.fullmatch(_RIGHT[form], value) and not re.fullmatch(_NOBODYS[form], value))


def _emails(text: str) -> list[str]:
    return re.findall(_EMAIL, text) if "@" in text and re.fullmatch(_EMAILS, text) else []


def _small(text: str) -> str:
    """A text in small letters, each by itself, as SQL has it."""
    return text.lower() if text.isascii() else "".join(map(str.lower, text.replace("İ", "i")))
