"""Conditions as people write them: texts as they are, amounts in units of the currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import cast

from features.errors import StamkundError
from features.events.columns import MULTIPLIERS, TEXTS
from features.events.computed_columns import NET
from features.language.terms import HIGHEST, LOWEST, Condition

# The columns of text that conditions may look at; `kind` is declared by itself.
ASPECTS = tuple(sorted(set(TEXTS) - {"event_id", "source", "kind"}))
AMOUNTS = ("cost", "discount", "value")
MONEY = (*AMOUNTS, NET)
NUMBERS = tuple(sorted((*AMOUNTS, *MULTIPLIERS)))
BOUNDS = ("above", "at_least", "at_most", "below")


def conditions(where: Mapping[str, object], *, minor_units: int) -> Iterator[Condition]:
    """A condition for each column.

    A text must equal the value, or one of several values, or with ``{not: …}`` none of them. A number must equal the
    value, or lie within all of ``{at_least:, above:, at_most:, below:}``. An empty column meets no condition.

    >>> list(conditions({"channel": ["web", "app"], "value": {"at_least": 20, "below": 100}}, minor_units=2))
    [Condition(column='channel', values=('app', 'web'), ...), Condition(column='value', ..., low=2000, high=10000)]
    >>> list(conditions({"category": {"below": 3}}, minor_units=2))
    Traceback (most recent call last):
    features.errors.StamkundError: The column category holds text: give a value, several, or {not: …}.
    """
    for column, test in where.items():
        if column in NUMBERS:
            yield _within(column, test, unit_size(column, minor_units))
        elif column in ASPECTS:
            yield _among(column, test)
        else:
            raise StamkundError.unknown(
                "unknown_column", "column in `where`", column, (*ASPECTS, *NUMBERS), field=f"where.{column}"
            )


def unit_size(column: str, minor_units: int) -> int:
    """How much of a column's integers make one unit, as people count it.

    >>> unit_size("value", 2), unit_size("rating", 2)
    (100, 1000)
    """
    return 10**minor_units if column in MONEY else MULTIPLIERS.get(column, 1)


def condition_text(where: Mapping[str, object]) -> str:
    """Conditions in words.

    >>> condition_text({"category": {"not": "Gifts"}, "channel": ["web", "app"], "value": {"below": 100}})
    'category not Gifts, channel web or app, value below 100'
    """
    return ", ".join(f"{column} {_words(test)}" for column, test in where.items())


def texts(value: object, *, field: str = "where") -> tuple[str, ...]:
    """One text or several, as a sorted tuple; whole numbers count as texts.

    >>> texts("web"), texts(["b", 18, "b"])
    (('web',), ('18', 'b'))
    """
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    plain = [item for item in values if isinstance(item, str | int) and not isinstance(item, bool)]
    if not values or len(plain) < len(values):
        message = f"{value!r} is neither a text nor some texts. Put a word that YAML reads as yes or no in quotes."
        raise StamkundError("bad_condition", message, field=field)
    return tuple(sorted({str(item) for item in plain}))


def _among(column: str, test: object) -> Condition:
    if isinstance(test, Mapping) and list(test) != ["not"]:
        message = f"The column {column} holds text: give a value, several, or {{not: …}}."
        raise StamkundError("bad_condition", message, field=f"where.{column}")
    negated = isinstance(test, Mapping)
    values = cast(Mapping[str, object], test)["not"] if negated else test
    return Condition(column, texts(values, field=f"where.{column}"), negated=negated)


def _within(column: str, test: object, unit: int) -> Condition:
    bounds = test if isinstance(test, Mapping) else {"at_least": test, "at_most": test}
    low, high = LOWEST, HIGHEST
    for name, bound in bounds.items():
        if name not in BOUNDS:
            raise StamkundError.unknown("unknown_bound", f"bound of {column}", name, BOUNDS, field=f"where.{column}")
        if not isinstance(bound, int | float) or isinstance(bound, bool) or not Decimal(bound).is_finite():
            message = (
                f"The column {column} holds numbers, and {bound!r} is none. Give one, or bounds: {', '.join(BOUNDS)}."
            )
            raise StamkundError("bad_condition", message, field=f"where.{column}")
        least = _least(column, name, bound, unit)
        low, high = (max(low, least), high) if name in ("above", "at_least") else (low, min(high, least))
    if low >= high:
        message = f"No {column} is {_words(test)}. Widen the bounds."
        raise StamkundError("bad_condition", message, field=f"where.{column}")
    return Condition(column, low=low, high=high)


def _least(column: str, name: str, bound: float, unit: int) -> int:
    """The least integer that is not on the lower side of a bound."""
    exact = Decimal(str(bound)) * unit
    if name in ("above", "at_most"):
        least = int(exact.to_integral_value(ROUND_FLOOR)) + 1
    else:
        least = int(exact.to_integral_value(ROUND_CEILING))
    if not LOWEST <= least <= HIGHEST:
        message = f"No {column} can be as far from 0 as {bound!r}. Give a bound of at most {HIGHEST // unit}, or none."
        raise StamkundError("bad_condition", message, field=f"where.{column}")
    return least


def _words(test: object) -> str:
    if not isinstance(test, Mapping):
        return " or ".join(str(value) for value in (test if isinstance(test, list | tuple) else [test]))
    return " and ".join(f"{name.replace('_', ' ')} {_words(value)}" for name, value in test.items())
