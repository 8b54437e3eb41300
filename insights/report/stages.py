"""The section of the stages of life: who moved from which to which in the last whole month."""

from __future__ import annotations

import json
from collections.abc import Sequence
from shlex import quote

from insights.loss.untold import why_untold
from insights.report.journeys import lost_and_gross
from insights.report.page import Section, card, command, paragraph, side_by_side, table
from insights.words import Row, Words


def stages_section(moves: Sequence[Row], losses: Sequence[Row], words: Words, *, minor_units: int) -> Section:
    """A table of the last month's moves to another stage, the most frequent first, and one of what leaving costs."""
    title = words.say("report.stages")
    latest = max((row["period"] for row in moves), default=None)
    told = [row for row in moves if row["period"] == latest and row["before"] != row["stage"] and not row["suppressed"]]
    if not told:
        return Section("stages", title, [paragraph(words.say("report.stages.absent"))])
    head = [words.say(f"report.stages.{column}") for column in ("move", "customers", "share")]
    told = sorted(told, key=lambda row: -row["customers"])
    rows, first = [_move(row, words) for row in told], told[0]
    listed = command(
        f"stamkund insights stages --period {latest} --before {quote(first['before'])} --stage {quote(first['stage'])}"
    )
    cards = [card(table(head, rows), listed, title=str(latest)), *_losses(losses, words, 10.0**minor_units)]
    return Section("stages", title, [side_by_side(cards)])


def _losses(losses: Sequence[Row], words: Words, unit: float) -> list[str]:
    """What is lost at each stage, or why that is not told."""
    if not losses:
        return []
    told = [row for row in losses if row["refusal"] is None]
    head = [words.say(f"report.{code}") for code in ("stages.left", "stages.customers", "loss.lost", "loss.gross")]
    blocks = [table(head, [_loss(row, words, unit) for row in told])] if told else []
    for row in losses:
        if row["refusal"] is not None:
            why = why_untold(row["refusal"], json.loads(row["params"]), words)
            blocks.append(paragraph(f"{words.name('stage', row['stage'])}: {why}", soft=True))
    caution = paragraph(words.say("report.loss.caution"), soft=True)
    return [card(*blocks, caution, title=words.say("report.stages.lost", period=losses[0]["period"]))]


def _loss(row: Row, words: Words, unit: float) -> list[str]:
    return [words.name("stage", row["stage"]), words.count(row["dropped"]), *lost_and_gross(row, words, unit)]


def _move(row: Row, words: Words) -> list[str]:
    move = " → ".join(words.name("stage", row[name]) for name in ("before", "stage"))
    share = f"{words.share(row['share'])} ({words.interval(row, 'share')})"
    return [move, words.count(row["customers"]), share]
