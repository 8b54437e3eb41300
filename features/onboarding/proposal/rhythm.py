"""How often customers come back, as the targets' windows should have it."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from features.onboarding.facts.table import Table
from features.onboarding.proposal.choice import Draft

_HORIZONS = (7, 14, 28, 56, 84, 182, 364)  # days
_OLD = timedelta(days=60)


@dataclass(frozen=True)
class Rhythm:
    """The first and the last day of orders, and the median of the days between two of a customer; None without any."""

    first: datetime
    last: datetime
    gap: float | None

    @property
    def horizon(self) -> int:
        """The days after which most customers who come back have come back.

        >>> Rhythm(datetime(2024, 1, 1), datetime(2024, 6, 1), 40.0).horizon
        56
        """
        return next((days for days in _HORIZONS if days >= (self.gap or 28)), _HORIZONS[-1])

    @property
    def days(self) -> int:
        """The days from the first to the last."""
        return (self.last - self.first).days


def rhythm(drafts: Sequence[Draft]) -> Rhythm | None:
    """The rhythm of orders; None where there are none with a moment."""
    days = " UNION ALL ".join(_days(draft) for draft in drafts if _tells_orders(draft) and _moment(draft))
    if not days:
        return None
    gaps = (
        "SELECT day, date_diff('day', lag(day) OVER (PARTITION BY who ORDER BY day), day) AS gap "
        f"FROM (SELECT DISTINCT who, CAST(moment AS DATE) AS day FROM ({days}) WHERE who <> '' AND day IS NOT NULL)"
    )
    connection = drafts[0].table.connection
    row = connection.execute(f"SELECT min(day), max(day), median(gap) FILTER (gap > 0) FROM ({gaps})").fetchone()
    if row is None or row[0] is None:
        return None
    first, last = (datetime(day.year, day.month, day.day) for day in row[:2])  # noqa: DTZ001  (local)
    return Rhythm(first, last, None if row[2] is None else float(row[2]))


def last_moment(drafts: Sequence[Draft]) -> datetime | None:
    """The last moment of any event that is not in the future."""
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    moments = [moment for draft in drafts if (moment := _last(draft)) is not None and moment <= now + timedelta(days=1)]
    return max(moments, default=None)


def is_old(moment: datetime) -> bool:
    """Whether a moment is so long ago that today would find nobody active."""
    return moment < datetime.now(tz=UTC).replace(tzinfo=None) - _OLD


def _tells_orders(draft: Draft) -> bool:
    return draft.canonical == "events" and (draft.kind == "order" or "kind" in draft.choice.columns)


def _moment(draft: Draft) -> str | None:
    """The SQL of the moment of a draft's rows, when a column tells it."""
    name = draft.choice.columns.get("time", "")
    names = (
        [name]
        if name in draft.table.columns
        else [c for c in draft.table.columns if draft.table.columns[c].is_time and c in name]
    )
    return (
        draft.table.moment(draft.table.columns[names[0]]) if names and draft.table.columns[names[0]].is_time else None
    )


def _days(draft: Draft) -> str:
    table: Table = draft.table
    who = draft.choice.columns.get("id", "")
    own = table.columns.get(who)
    key = own or next((column for name, column in table.columns.items() if name in who), None)
    return f"SELECT {table.text(key) if key else 'NULL'} AS who, {_moment(draft)} AS moment FROM {table.relation}"


def _last(draft: Draft) -> datetime | None:
    moment = _moment(draft) if draft.canonical == "events" else None
    if moment is None:
        return None
    row = draft.table.connection.execute(
        f"SELECT max({moment}) FROM {draft.table.relation} WHERE {moment} <= now()::TIMESTAMP + INTERVAL 1 DAY"
    ).fetchone()
    return row[0] if row and isinstance(row[0], datetime) else None
