"""Features that a data scientist adds: one line of YAML or Python, and they exist in training, batch and HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import starmap

from features.errors import StamkundError
from features.events.columns import WIDE
from features.events.computed_columns import NET
from features.language.aggregations import (
    CHOICE_FORMULAS,
    COUNT_COLUMNS,
    FORMULAS_OF_TAKES,
    WIDE_STD,
    Take,
    check_declaration,
    check_order_columns,
    unit_of,
)
from features.language.conditions import texts
from features.language.feature import Feature, Formula
from features.language.selection import Selection, describe
from features.language.terms import Condition, Measure, Span, Term, Where
from features.units import DAY, duration

LONGEST = 36_500  # days of a window, a century; all history is "all"


def declare(
    name: str,
    *,
    take: Take,
    kind: str | Sequence[str],
    of: str = "lines",
    where: Mapping[str, object] | None = None,
    windows: int | str | Sequence[int | str | None] | None = (28, 90, None),
    over: Mapping[str, object] | None = None,
    by: str = "lines",
    among: Sequence[str] = (),
    minor_units: int = 2,
) -> tuple[Feature, ...]:
    """An aggregate of one or several kinds of events, as one feature for each window; money in units of the currency.

    Args:
        name: of the features; the window is appended to it.
        take: ``count`` how many (of an amount: how many are known); ``sum``, ``mean``, ``min``, ``max``, ``std``,
            ``first`` and ``last`` of those that are known; how many ``distinct`` values; the ``share`` of events that
            meets the conditions; the ``ratio`` to other events; the ``trend``, a window over the one before; of a text
            the value with the most events (``top``), the ``first`` or the ``last``; ``days_since`` the last event,
            ``days_since_first``.
        kind: the kinds of events.
        of: ``lines`` (events), ``orders`` (of the kind ``order``), an amount (``value``, ``net_value``: the value,
            negative in events of the kinds ``refund`` and ``cancel``, ``discount``, ``cost``, ``quantity``, ``rating``,
            or ``gap``: the days since the customer's event of that kind before), or a text such as ``category``.
        where: columns and the values they must hold, amounts in units of the currency: see
            :mod:`features.language.conditions`.
        windows: days before ``as_of``, as ``28`` or ``28d``, one or several; ``None`` or ``all`` is all history.
        over: of a ratio, what differs in the divisor: ``kind``, ``of``, ``where``.
        by: of ``top``, what is compared: ``lines``, ``orders`` or an amount.
        among: of a text that is ``top``, ``first`` or ``last``, the values to choose from; of equal ones the first.
        minor_units: decimals of the reporting currency.

    >>> web = {"channel": ["web", "app"], "category": {"not": "Gifts"}, "value": {"at_least": 20, "below": 100}}
    >>> spend = declare("web_spend", take="sum", of="value", kind="order", where=web, windows=["28d", "all"])
    >>> [feature.name for feature in spend]
    ['web_spend_28d', 'web_spend_all']
    >>> spend[1].text
    "sum of value of 'order' events with channel web or app, category not Gifts, value at least 20 and below 100 so far"
    >>> declare("last_web", take="days_since", kind="order", where={"channel": "web"})[0].name
    'last_web'
    >>> declare("score", take="mean", of="ratings", kind="survey")
    Traceback (most recent call last):
    features.errors.StamkundError: Unknown `of` for mean 'ratings'; did you mean 'rating'? ...
    """
    differences = {key: value for key, value in (over or {}).items() if value is not None}
    check_declaration(name, take, of, over=differences, by=by, among=among)
    if take == "share" and not where:
        raise StamkundError("no_condition", "A share needs `where`: without it, it is all.", field="where")
    if take == "top":
        check_order_columns(by, texts(kind), (of,))
    part = Selection(kind, of, where or {})
    base = replace(part, where={}) if take == "share" else replace(part, **differences)  # type: ignore[arg-type]
    divisor = Measure("sum", _column(base.of), base.conditions(minor_units))
    formula, measures = _measures(take, of, part.conditions(minor_units), divisor=divisor, by=by, among=among)
    unit, scale = unit_of(take, of, base.of, minor_units)
    text = describe(take, part, base, by)
    features = []
    for span in _spans(take, windows):
        spans = (span, Span(2 * span.start, span.start)) if take == "trend" and span.start else (span,) * len(measures)
        terms = tuple(starmap(Term, zip(measures, spans, strict=True)))
        label, words = (name, text) if formula == "since" else (f"{name}_{span.label}", f"{text} {span.text}")
        features.append(Feature(label, formula, terms, unit, words, scale, vocabulary=tuple(among)))
    return tuple(features)


def _measures(
    take: Take, of: str, where: Where, *, divisor: Measure, by: str, among: Sequence[str]
) -> tuple[Formula, tuple[Measure, ...]]:
    """The formula of a take, and the measures that it reads."""
    if take in ("share", "ratio", "trend"):
        dividend = Measure("sum", _column(of), where)
        return "ratio", (dividend, dividend if take == "trend" else divisor)
    if among:
        formula, op = CHOICE_FORMULAS[take]
        column = _column(by) if take == "top" else "time"
        choices = (tuple(sorted((*where, Condition(of, (value,))))) for value in among)
        return formula, tuple(Measure(op, column, choice) for choice in choices)
    formula, columns = WIDE_STD if take == "std" and of in (*WIDE, NET) else FORMULAS_OF_TAKES[take]
    count = COUNT_COLUMNS.get(of, f"{of}_known")
    return formula, tuple(Measure(op, column.format(of=of, count=count), where) for op, column in columns)


def _column(of: str) -> str:
    return COUNT_COLUMNS.get(of, of)


def _spans(take: Take, windows: int | str | Sequence[int | str | None] | None) -> Iterator[Span]:
    if take in ("days_since", "days_since_first"):
        yield Span(None)
        return
    window_list = [windows] if windows is None or isinstance(windows, int | str) else windows
    days = dict.fromkeys(_days(window) for window in window_list)
    spans = [Span(window) for window in days if window is not None or take != "trend"]
    if not spans:
        needed = " in days, such as 28d: all history has none before it" if take == "trend" else ": days, or all"
        raise StamkundError("no_window", f"A {take} needs windows{needed}.", field="windows")
    yield from spans


def _days(window: int | str | None) -> int | None:
    """The days of a window, None for all history."""
    if window is None or window == "all":
        return None
    try:
        days, rest = divmod(duration(f"{window}d" if str(window).isdecimal() else window), DAY)
    except ValueError:
        days, rest = 0, 0
    if not days or rest or days > LONGEST:
        message = f"The window {window!r} is no number of days up to {LONGEST}: 28, 28d, 4w, all."
        raise StamkundError("bad_window", message, field="windows")
    return days
