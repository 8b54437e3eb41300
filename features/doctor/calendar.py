"""When things happened: the span of the history, its silences, and how late events arrive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from features.doctor.finding import Finding, Severity, listed, percent, some
from features.moments import day
from features.units import DAY, HOUR, MINUTE, SECOND

# A kind that happens on so many of its days (or in so many of its weeks) is expected on the others too.
_REGULAR = 0.9
_SHORT = 14  # days: too few to see a rhythm


def span(kinds: pl.DataFrame, days: pl.DataFrame, *, as_of: int, later: int) -> Iterator[Finding]:
    """How long the history is, how fresh, and what lies after the moment looked from."""
    total, latest = int(kinds["events"].sum()), int(days["day"].min() or 0)  # type: ignore[arg-type]
    first, last = (day(int(kinds[name].sort()[at])) for name, at in (("first", 0), ("last", -1)))
    commonest, known = kinds["kind"][0], history(kinds, as_of=as_of) // DAY
    text = f"{some(total, 'event')} from {first} to {last}; {some(known, 'day')} since the first {commonest}."
    yield Finding("time span", "ok", text)
    if latest > 7:
        text = f"The last event is {latest} days older than {day(as_of)}, the moment looked from."
        step = "Check that the sources are still delivered, or look from an earlier moment (`--as-of`)."
        yield Finding("time span", "warning", text, step)
    if later:
        text = f"{some(later, 'event')} after {day(as_of)} are left out here, as in everything known at that moment."
        yield Finding(
            "time span", "note", text, "If that is not on purpose, check `clock` and the sources' time zones."
        )


def history(kinds: pl.DataFrame, *, as_of: int) -> int:
    """How long the commonest kind has been happening, in microseconds: stray rows of another make no history."""
    return as_of - int(kinds["first"][0])


def silences(days: pl.DataFrame, *, as_of: int) -> Iterator[Finding]:
    """Days or weeks without a kind that otherwise happens on nearly all of them; kinds that come in waves."""
    waves, regular = [], []
    for (kind,), each in days.group_by("kind", maintain_order=True):
        seen = set(each["day"].to_list())
        whole = max(seen) - min(seen) + 1
        missed, unit = missing(seen)
        if unit is None:
            waves += [f"{kind} (on {len(seen)} of {whole} days)"] if whole >= _SHORT else []
            continue
        regular += [] if missed else [str(kind)]
        if missed:
            yield _silence(str(kind), missed, unit, as_of=as_of)
        if min(seen) > 2 * unit:
            text = f"{kind} used to come regularly, and stopped {min(seen)} days before {day(as_of)}."
            yield Finding("gaps", "warning", text, "Check whether its source is still delivered.")
    if regular:
        yield Finding("gaps", "ok", f"No silent days or weeks in {listed(sorted(regular))}.")
    if waves:
        yield Finding("gaps", "note", f"In waves rather than steadily: {listed(sorted(waves))}.")


def missing(seen: set[int]) -> tuple[list[int], int | None]:
    """The days on which a kind is missing, and whether days (1) or weeks (7) were looked at; None: it has no rhythm.

    >>> missing(set(range(100)) - {40, 41})
    ([40, 41], 1)
    >>> missing({0, 90})
    ([], None)
    """
    for unit in (1, 7):
        units = {d // unit for d in seen}
        expected = range(min(units), max(units) + 1)
        if len(expected) * unit >= _SHORT and len(units) >= _REGULAR * len(expected):
            return [u * unit for u in expected if u not in units], unit
    return [], None


def _silence(kind: str, missed: list[int], unit: int, *, as_of: int) -> Finding:
    runs = _runs(missed, unit)
    longest = max(oldest - newest + unit for newest, oldest in runs)
    spans = [
        day(as_of - (old + unit) * DAY) + (f" to {day(as_of - new * DAY - SECOND)}" if old + unit - new > 1 else "")
        for new, old in runs
    ]
    noun = "day" if unit == 1 else "week"
    text = f"{kind} is missing on {some(len(missed), noun)}: {listed(spans, 3)}."
    step = "A holiday, or a delivery that failed? If the second, load those days again."
    return Finding("gaps", "note" if longest <= 2 else "warning", text, step)


def _runs(missed: Iterable[int], unit: int) -> list[tuple[int, int]]:
    """Consecutive places joined: ``(newest, oldest)`` of each run, counted back.

    >>> _runs([3, 4, 9], 1)
    [(3, 4), (9, 9)]
    """
    runs: list[tuple[int, int]] = []
    for place in missed:
        if runs and place == runs[-1][1] + unit:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def delayed(delays: pl.DataFrame) -> Iterator[Finding]:
    """How late events arrive."""
    row = delays.row(0, named=True)
    if not row["known"]:
        text = "No source says when a row was received, so every event counts as known the moment it happened."
        step = "Map the load time to `received_at`; events sent over HTTP have it."
        yield Finding("delays", "note", text, step)
        return
    known = "" if row["known"] == row["events"] else f" (told for {percent(row['known'], row['events'])} of events)"
    text = (
        f"Half of the events arrive within {span_of(row['median'])}, nine of ten within {span_of(row['ninth'])}{known}."
    )
    level: Severity = "ok" if row["ninth"] <= HOUR else "note" if row["ninth"] <= 2 * DAY else "warning"
    step = "Fit for campaigns; for a visit that is going on, send events over HTTP as they happen."
    yield Finding("delays", level, text, None if level == "ok" else step)
    if row["early"]:
        text = f"Received before they happened: {some(row['early'], 'event')} ({percent(row['early'], row['known'])})."
        yield Finding("delays", "warning", text, "Check the time zones (`timezone:`) of their sources.")


def span_of(micros: float) -> str:
    """A span of time in the unit that people would use.

    >>> span_of(90 * SECOND), span_of(30 * HOUR), span_of(3 * DAY)
    ('2 minutes', '30 hours', '3 days')
    """
    for unit, name, least in ((DAY, "day", 2), (HOUR, "hour", 2), (MINUTE, "minute", 1), (SECOND, "second", 0)):
        if micros >= least * unit:
            return some(round(micros / unit), name)
    return "0 seconds"


def coarse(kinds: pl.DataFrame) -> Iterator[Finding]:
    """Kinds of which only the day is known."""
    names = kinds.filter(pl.col("whole_days") >= _REGULAR * pl.col("events"))["kind"].to_list()
    if names:
        text = f"Of {listed(names)} only the day is known, not the hour."
        yield Finding("time span", "note", text, "Map a column with the time of day, if there is one.")
