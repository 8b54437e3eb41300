"""Features that a data scientist adds: one line of YAML or Python, and they exist in training, batch and HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from features.errors import StamkundError
from features.language import Feature, Measure, Span, Term, Unit, Where, amount, ratio, since
from features.language import where as conditions

Take = Literal["count", "sum", "mean", "share", "trend", "distinct", "days_since"]
# What can be counted or added up, and what conditions and `distinct` may look at.
AMOUNTS: Mapping[str, Unit] = {"lines": "count", "orders": "count", "value": "money", "discount": "money"}
ASPECTS = ("category", "channel", "campaign_id", "item_id", "offer_id", "order_id")
_INTEGERS = {"lines": "one", "orders": "opening"}


def declare(
    name: str,
    *,
    take: Take,
    kind: str,
    of: str = "lines",
    where: Mapping[str, str] | None = None,
    windows: Sequence[int | None] = (28, 90, None),
) -> tuple[Feature, ...]:
    """One aggregate of one kind of event over some windows, a feature each.

    Args:
        name: what the features are called; windows are appended.
        take: ``count`` and ``sum`` of ``of``; its ``mean`` per event; its ``share`` under the condition of that
            without; its ``trend``, the window over the one before; how many ``distinct`` values; ``days_since`` the
            last event.
        kind: the kind of event.
        of: ``lines`` (events), ``orders``, ``value`` or ``discount``; for ``distinct`` a column such as ``item_id``.
        where: columns and the values they must have.
        windows: days before ``as_of``; ``None`` is all history.

    >>> [f.name for f in declare("web_spend", take="sum", of="value", kind="order", where={"channel": "web"})]
    ['web_spend_28d', 'web_spend_90d', 'web_spend_all']
    >>> declare("last_web", take="days_since", kind="order", where={"channel": "web"})[0].name
    'last_web'
    """
    _check(take, of, where or {})
    everywhere, here = conditions(kind=kind), conditions(kind=kind, **(where or {}))
    if take == "days_since":
        return (since(name, Measure("max", "time", here), _text(f"days since the last {kind}", where)),)
    spans = [Span(days) for days in windows if days is not None or take != "trend"]
    text = _text(f"{take} of {of} of {kind}", where)
    return tuple(_each(name, take, of, spans=spans, everywhere=everywhere, here=here, text=text))


def _each(
    name: str, take: Take, of: str, *, spans: Sequence[Span], everywhere: Where, here: Where, text: str
) -> Iterator[Feature]:
    if take == "distinct":
        yield from (amount(name, Measure("distinct", of, here), span, "count", text) for span in spans)
        return
    unit, column = AMOUNTS[of], _INTEGERS.get(of, of)
    part = Measure("sum", column, here)
    for span in spans:
        named, words = f"{name}_{span.label}", f"{text} {span.text}"
        if take in ("count", "sum"):
            yield amount(name, part, span, unit, text)
        elif take == "mean":
            yield ratio(named, Term(part, span), Term(Measure("sum", "one", here), span), unit, words)
        elif take == "share":
            yield ratio(named, Term(part, span), Term(Measure("sum", column, everywhere), span), "share", words)
        elif span.start is not None:
            before = Span(2 * span.start, span.start)
            yield ratio(named, Term(part, span), Term(part, before), "ratio", words)


def _check(take: Take, of: str, where: Mapping[str, str]) -> None:
    allowed = [*ASPECTS, "day"] if take == "distinct" else list(AMOUNTS)
    if take != "days_since" and of not in allowed:
        raise StamkundError.unknown("unknown_column", f"`of` for {take}", of, allowed, field="of")
    for column in where:
        if column not in ASPECTS:
            raise StamkundError.unknown("unknown_column", "column in `where`", column, ASPECTS, field="where")


def _text(what: str, where: Mapping[str, str] | None) -> str:
    return what + "".join(f" with {column} {value}" for column, value in sorted((where or {}).items()))
