"""Findings about time: how long the history is, its gaps, and how late events arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from features.doctor.findings.finding import Finding, enumeration, quantity
from features.moments import day
from features.units import DAY, SECOND

# A kind that happens on so many of its days (or in so many of its weeks) is expected on the others too.
_REGULAR = 0.9
_FEWEST_DAYS = 14  # days: too few to see a rhythm


def time_span(kinds: pl.DataFrame, days: pl.DataFrame, *, as_of: int, later: int) -> Iterator[Finding]:
    """How long the history is, how fresh, and what lies after the moment looked from."""
    total, latest = int(kinds["events"].sum()), int(days["day"].min() or 0)  # type: ignore[arg-type]
    first, last = (day(int(kinds[name].sort()[at])) for name, at in (("first", 0), ("last", -1)))
    commonest, days_known = kinds["kind"][0], history_length(kinds, as_of=as_of) // DAY
    text = (
        f"{quantity(total, 'event')} from {first} to {last}; {quantity(days_known, 'day')} since the first {commonest}."
    )
    yield Finding("time span", "ok", text)
    if latest > 7:
        text = f"The last event is {latest} days older than {day(as_of)}, the moment looked from."
        after = day(int(kinds["last"].sort()[-1]) + DAY)
        step = f"Check that the sources are still delivered; if the data ends there, write `clock: {after}`."
        yield Finding("time span", "warning", text, step)
    if later:
        text = (
            f"{quantity(later, 'event')} after {day(as_of)} are left out here, as in everything known at that moment."
        )
        yield Finding(
            "time span", "note", text, "If that is not on purpose, check `clock` and the sources' time zones."
        )


def history_length(kinds: pl.DataFrame, *, as_of: int) -> int:
    """Microseconds since the first event of the commonest kind: stray rows of another kind make no history."""
    return as_of - int(kinds["first"][0])


def gaps(days: pl.DataFrame, *, as_of: int) -> Iterator[Finding]:
    """Days or weeks without a kind that comes on nearly all of them; kinds that come in waves."""
    waves, regular = [], []
    for (kind,), kind_days in days.group_by("kind", maintain_order=True):
        present = set(kind_days["day"].to_list())
        whole = max(present) - min(present) + 1
        absent, unit = missing_days(present)
        if unit is None:
            waves += [f"{kind} (on {len(present)} of {whole} days)"] if whole >= _FEWEST_DAYS else []
            continue
        regular += [] if absent else [str(kind)]
        if absent:
            yield _gap(str(kind), absent, unit, as_of=as_of)
        if min(present) > 2 * unit:
            text = f"{kind} used to come regularly, and stopped {min(present)} days before {day(as_of)}."
            yield Finding("gaps", "warning", text, "Check whether its source is still delivered.")
    if regular:
        yield Finding("gaps", "ok", f"No silent days or weeks in {enumeration(sorted(regular))}.")
    if waves:
        yield Finding("gaps", "note", f"In waves rather than steadily: {enumeration(sorted(waves))}.")


def missing_days(present: set[int]) -> tuple[list[int], int | None]:
    """The days on which a kind is missing, and whether days (1) or weeks (7) were looked at; None: it has no rhythm.

    >>> missing_days(set(range(100)) - {40, 41})
    ([40, 41], 1)
    >>> missing_days({0, 90})
    ([], None)
    """
    for unit in (1, 7):
        units = {d // unit for d in present}
        expected = range(min(units), max(units) + 1)
        if len(expected) * unit >= _FEWEST_DAYS and len(units) >= _REGULAR * len(expected):
            return [u * unit for u in expected if u not in units], unit
    return [], None


def _gap(kind: str, absent: list[int], unit: int, *, as_of: int) -> Finding:
    runs = _runs(absent, unit)
    longest = max(oldest - newest + unit for newest, oldest in runs)
    spans = [
        day(as_of - (old + unit) * DAY) + (f" to {day(as_of - new * DAY - SECOND)}" if old + unit - new > 1 else "")
        for new, old in runs
    ]
    noun = "day" if unit == 1 else "week"
    text = f"{kind} is missing on {quantity(len(absent), noun)}: {enumeration(spans, 3)}."
    step = "A holiday, or a delivery that failed? If the second, load those days again."
    return Finding("gaps", "note" if longest <= 2 else "warning", text, step)


def _runs(absent: Iterable[int], unit: int) -> list[tuple[int, int]]:
    """Consecutive places joined: ``(newest, oldest)`` of each run, counted back.

    >>> _runs([3, 4, 9], 1)
    [(3, 4), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for place in absent:
        if runs and place == runs[-1][1] + unit:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def time_precision(kinds: pl.DataFrame) -> Iterator[Finding]:
    """Kinds whose times are whole days."""
    names = kinds.filter(pl.col("whole_days") >= _REGULAR * pl.col("events"))["kind"].to_list()
    if names:
        text = f"Of {enumeration(names)} only the day is known, not the hour."
        yield Finding("time span", "note", text, "Map a column with the time of day, if there is one.")
