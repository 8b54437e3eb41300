"""The rules of canonical tables as SQL: when a row breaks one, and the reason that its owner is told."""

from __future__ import annotations

from collections.abc import Mapping

from features import sql
from features.events.rules.constraint_types import (
    AnyOfWords,
    AtMostLong,
    Filled,
    InCurrency,
    Matches,
    Needs,
    NotBefore,
    OneOf,
    OnScale,
    Present,
    Within,
    WithoutControls,
    WithoutNul,
)
from features.events.rules.constraints import Constraint
from features.events.statements.stances import plain_word_sql


def breaks(rule: Constraint, columns: Mapping[str, str]) -> str:
    """The condition under which a row breaks a rule; ``columns`` are the SQL expressions of its canonical columns.

    >>> from features.events.rules.constraints import Reason
    >>> breaks(Within("latitude", Reason("bad_location"), -90, 90), {"latitude": "lat"})
    '(lat < -90 OR lat > 90)'
    """
    value = columns.get(rule.column, "NULL")
    match rule:
        case Present():
            of_kinds = f" AND {columns['kind']} IN ({', '.join(map(sql.literal, rule.kinds))})" if rule.kinds else ""
            condition = f"{value} IS NULL{of_kinds}"
        case Filled():
            condition = f"{value} = ''"
        case WithoutNul() | WithoutControls() | AtMostLong() | Matches():
            condition = _unlike(rule, value)
        case Within():
            outside = f"{value} < {rule.low}" + (f" OR {value} > {rule.high}" if rule.high is not None else "")
            of_kind = "" if rule.kind is None else f"{columns['kind']} = {sql.literal(rule.kind)} AND "
            condition = f"{of_kind}({outside})"
        case OneOf():
            condition = f"{value} NOT IN ({', '.join(map(sql.literal, rule.values))})"
        case AnyOfWords():
            of_kinds = f"{columns['kind']} IN ({', '.join(map(sql.literal, rule.kinds))})"
            condition = f"{of_kinds} AND {plain_word_sql(value)} NOT IN ({', '.join(map(sql.literal, rule.words))})"
        case InCurrency():
            condition = f"upper(trim({value})) <> {sql.literal(rule.currency)}"
        case Needs():
            condition = f"{value} IS NOT NULL AND {columns.get(rule.other, 'NULL')} IS NULL"
        case OnScale():
            scale = columns.get(rule.scale, "NULL")
            outside = "({} = '{}' AND {} NOT BETWEEN {} AND {})"
            condition = " OR ".join(outside.format(scale, name, value, *bounds) for name, bounds in rule.scales.items())
        case NotBefore():
            condition = f"{value} < {columns.get(rule.other, 'NULL')}"
        case _:
            raise NotImplementedError(rule)
    return condition


def _unlike(rule: WithoutNul | WithoutControls | AtMostLong | Matches, value: str) -> str:
    """The condition under which a text has not the form that it must have."""
    match rule:
        case WithoutNul():
            return f"contains({value}, chr(0))"
        case WithoutControls():
            return f"regexp_matches({value}, '[\\x00-\\x1f\\x7f]')"
        case AtMostLong():  # bytes first, which are counted already
            return f"strlen({value}) > {rule.longest} AND length({value}) > {rule.longest}"
        case Matches():
            return f"NOT regexp_full_match({value}, {sql.literal(rule.form)})"


def reason_sql(rule: Constraint, texts: Mapping[str, str]) -> str:
    """The reason as an SQL text; ``texts`` are the SQL texts of the columns as the source writes them.

    >>> from features.events.rules.constraints import Reason
    >>> reason_sql(OneOf("scale", Reason.of("unknown_scale", scales="nps, csat"), ()), {"scale": "asked"})
    "'the scale ' || asked || ' is none of nps, csat'"
    """
    parts = rule.reason.text.replace("{column}", rule.column).split("{value}")
    return f" || {texts.get(rule.column, repr(''))} || ".join(map(sql.literal, parts))
