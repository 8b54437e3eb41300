"""The section of the stages of life: who moved from which to which in the last whole month."""

from __future__ import annotations

from collections.abc import Sequence

from insights.report.page import Section, card, paragraph, table
from insights.report.words import Row, Words


def stages_section(moves: Sequence[Row], words: Words) -> Section:
    """A table of the last month's moves to another stage, the most frequent first."""
    title = words.say("report.stages")
    latest = max((row["period"] for row in moves), default=None)
    told = [row for row in moves if row["period"] == latest and row["before"] != row["stage"] and not row["suppressed"]]
    if not told:
        return Section("stages", title, [paragraph(words.say("report.stages.absent"))])
    head = [words.say(f"report.stages.{column}") for column in ("move", "customers", "share")]
    rows = [_move(row, words) for row in sorted(told, key=lambda row: -row["customers"])]
    return Section("stages", title, [card(table(head, rows), title=str(latest))])


def _move(row: Row, words: Words) -> list[str]:
    move = " → ".join(words.name("stage", row[name]) for name in ("before", "stage"))
    share = f"{words.share(row['share'])} ({words.interval(row, 'share')})"
    return [move, words.count(row["customers"]), share]
