"""Of a segment's card: how many each channel reaches, and why it does not reach the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter

from insights.report.page import command, paragraph, table
from insights.words import Row, Words


def audience_blocks(segment: str, rows: Sequence[Row], words: Words) -> Iterator[str]:
    """A table for each channel; how to list whom it does not reach, where that is anybody."""
    for channel, steps in groupby(rows, key=itemgetter("channel")):
        own = list(steps)
        head = [words.say("report.audience", channel=words.name("channel", channel)), words.say("insights.customers")]
        yield table(head, funnel_lines(own, words))
        if own[-1]["left"] < own[0]["left"]:
            listed = f"stamkund insights segments {segment} --channel {channel} --list"
            yield paragraph(words.say("report.audience.list"), soft=True) + command(listed)


def funnel_lines(steps: Sequence[Row], words: Words) -> list[list[str]]:
    """Who is in the segment, who falls out for which reason, and who is reached; a reason of nobody is left out.

    >>> steps = [{"step": "in_segment", "left": 60, "reason": None}, {"left": 45, "reason": "no_permission"}]
    >>> [" ".join(line).split() for line in funnel_lines(steps, Words("en", "EUR"))]
    [['in', 'the', 'segment', '60'], ['do', 'not', 'allow', 'it', '−15'], ['can', 'be', 'reached', '45', '(75.0', '%)']]
    """
    first, last = steps[0]["left"], steps[-1]["left"]
    out = [
        [words.say(f"audience.{step['reason']}"), f"−{words.count(before['left'] - step['left'])}"]
        for before, step in pairwise(steps)
        if step["left"] < before["left"]
    ]
    share = f" ({words.share(last / first)})" if first else ""
    reached = [words.say("audience.reachable"), words.count(last) + share]
    return [[words.say("audience.in_segment"), words.count(first)], *out, reached]
