"""Features that a data scientist adds: one line of YAML or Python, and they exist in training, batch and HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from features.errors import StamkundError
from features.language.aggregations import COUNTED, FORMS, PLACES, Take, check, told_apart, unit
from features.language.conditions import conditions, texts, told
from features.language.feature import Condition, Feature, Formula, Measure, Span, Term, Where
from features.units import DAY, duration

WORDS: Mapping[Take, str] = {
    "count": "number of ", "sum": "sum of ", "mean": "mean ", "min": "least ", "max": "greatest ", "std": "spread of ",
    "first": "first ", "last": "last ", "share": "share of ", "trend": "trend of ",
    "days_since": "days since the last of ", "days_since_first": "days since the first of ",
}  # fmt: skip

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
    """An aggregate of one or several kinds of events over some windows, a feature each; money in units of the currency.

    Args:
        name: what the features are called; windows are appended.
        take: ``count`` how many (of an amount: how many are known); ``sum``, ``mean``, ``min``, ``max``, ``std``,
            ``first`` and ``last`` of those that are known; how many ``distinct``; the ``share`` that meets the
            conditions; the ``ratio`` to something else; the ``trend``, a window over the one before; of a text the one
            with the most (``top``), met ``first`` or ``last``; ``days_since`` the last event, ``days_since_first``.
        kind: the kinds of events.
        of: ``lines`` (events), ``orders`` (of the kind ``order``), an amount (``value``, ``discount``, ``cost``,
            ``quantity``, ``rating``, or ``gap``: the days since the customer's event of that kind before), or a text
            such as ``category``.
        where: columns and what they must hold, amounts in units of the currency:
            see :mod:`features.language.conditions`.
        windows: days before ``as_of``, as ``28`` or ``28d``, one or several; ``None`` or ``all`` is all history.
        over: of a ratio, what is different below the line: ``kind``, ``of``, ``where``.
        by: of ``top``, what is the most: ``lines``, ``orders`` or an amount.
        among: of a text that is ``top``, ``first`` or ``last``, the values to tell apart; of equals the first.
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
    changed = {key: value for key, value in (over or {}).items() if value is not None}
    check(name, take, of, over=changed, by=by, among=among)
    if take == "share" and not where:
        raise StamkundError("no_condition", "A share needs `where`: without it, it is all.", field="where")
    part = Part(kind, of, where or {})
    if take == "top":
        told_apart(by, texts(kind), (of,))
    whole = replace(part, where={}) if take == "share" else replace(part, **changed)  # type: ignore[arg-type]
    here, under = part.events(minor_units), Measure("sum", _column(whole.of), whole.events(minor_units))
    formula, measures = _measures(take, of, here=here, under=under, by=by, among=among)
    told_in, scale = unit(take, of, whole.of, minor_units)
    text = _text(take, part, whole, by)
    features = []
    for span in _spans(take, windows):
        spans = (span, Span(2 * span.start, span.start)) if take == "trend" and span.start else (span,) * len(measures)
        terms = tuple(Term(measure, each) for measure, each in zip(measures, spans, strict=True))
        named, words = (name, text) if formula == "since" else (f"{name}_{span.label}", f"{text} {span.text}")
        features.append(Feature(named, formula, terms, told_in, words, scale, vocabulary=tuple(among)))
    return tuple(features)


@dataclass(frozen=True)
class Part:
    """Some events, and what of them is taken."""

    kind: str | Sequence[str]
    of: str
    where: Mapping[str, object]

    def events(self, minor_units: int) -> Where:
        """The conditions that the events meet."""
        kinds = Condition("kind", texts(self.kind, field="kind"))
        if not all(kind.strip() for kind in kinds.values):
            raise StamkundError("no_kind", "A kind of events is empty. Name it, such as order or visit.", field="kind")
        told_apart(self.of, kinds.values, self.where)
        return tuple(sorted([kinds, *conditions(self.where, minor_units=minor_units)]))

    @property
    def text(self) -> str:
        """The same in words."""
        kinds = " or ".join(f"'{kind}'" for kind in texts(self.kind))
        met = f" with {told(self.where)}" if self.where else ""
        if self.of == "orders":
            return f"orders{met}"
        return {"lines": "", "gap": "days between "}.get(self.of, f"{self.of} of ") + f"{kinds} events{met}"


def _measures(
    take: Take, of: str, *, here: Where, under: Measure, by: str, among: Sequence[str]
) -> tuple[Formula, tuple[Measure, ...]]:
    if take in ("share", "ratio", "trend"):
        over = Measure("sum", _column(of), here)
        return "ratio", (over, over if take == "trend" else under)
    if among:
        formula, op = PLACES[take]
        column = _column(by) if take == "top" else "time"
        each = (tuple(sorted((*here, Condition(of, (value,))))) for value in among)
        return formula, tuple(Measure(op, column, where) for where in each)
    formula, columns = FORMS[take]
    known = COUNTED.get(of, f"{of}_known")
    return formula, tuple(Measure(op, column.format(of=of, known=known), here) for op, column in columns)


def _column(of: str) -> str:
    return COUNTED.get(of, of)


def _spans(take: Take, windows: int | str | Sequence[int | str | None] | None) -> Iterator[Span]:
    if take in ("days_since", "days_since_first"):
        yield Span(None)
        return
    several = [windows] if windows is None or isinstance(windows, int | str) else windows
    days = dict.fromkeys(_days(window) for window in several)
    spans = [Span(window) for window in days if window is not None or take != "trend"]
    if not spans:
        needed = " in days, such as 28d: all history has none before it" if take == "trend" else ": days, or all"
        raise StamkundError("no_window", f"A {take} needs windows{needed}.", field="windows")
    yield from spans


def _days(window: int | str | None) -> int | None:
    if window is None or window == "all":
        return None
    try:
        whole, rest = divmod(duration(f"{window}d" if str(window).isdecimal() else window), DAY)
    except ValueError:
        whole, rest = 0, 0
    if not whole or rest or whole > LONGEST:
        message = f"The window {window!r} is no number of days up to {LONGEST}: 28, 28d, 4w, all."
        raise StamkundError("bad_window", message, field="windows")
    return whole


def _text(take: Take, part: Part, whole: Part, by: str) -> str:
    """What is taken, in words.

    >>> redeemed, contacted = Part("redeem", "lines", {}), Part("contact", "lines", {})
    >>> _text("ratio", redeemed, contacted, "lines")
    "'redeem' events over 'contact' events"
    """
    if take == "ratio":
        return f"{part.text} over {whole.text}"
    if take == "top":
        return f"{part.of} with the most {replace(part, of=by).text}"
    if take == "trend":
        return f"{part.text} over those of as many days before,"
    events = replace(part, of="lines").text
    if take == "distinct":
        return f"number of different {_several(part.of)} {'with' if part.of == 'day' else 'of'} {events}"
    if take == "count" and part.of not in COUNTED:
        return f"number of gaps between {events}" if part.of == "gap" else f"number of {events} that hold a {part.of}"
    return WORDS[take] + part.text


def _several(of: str) -> str:
    """The plural of what is told apart.

    >>> _several("day"), _several("category"), _several("item_id")
    ('days', 'categories', 'items')
    """
    return "categories" if of == "category" else f"{of.removesuffix('_id')}s"
