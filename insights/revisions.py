"""Revisions: by how many people periods that are over came to be told otherwise than before."""

from __future__ import annotations

from typing_extensions import TypedDict

from insights.words import Words


class Revisions(TypedDict):
    """How many people so far were ``erased``, have ``withdrawn`` from insights, and were ``ruled_on``: who they are."""

    erased: int
    withdrawn: int
    ruled_on: int


def sentences(revisions: Revisions | None, words: Words) -> list[str]:
    """The same in words; nothing where there are none, or it is not known.

    >>> sentences({"erased": 3, "withdrawn": 12, "ruled_on": 0}, Words("en"))[0].partition(": ")[2]
    '3 were erased so far, 12 have said no to insights, 0 were merged or split by hand.'
    """
    if revisions is None or not any(revisions.values()):
        return []
    erased, withdrawn, ruled_on = (words.count(revisions[name]) for name in ("erased", "withdrawn", "ruled_on"))
    return [words.say("insights.revisions", erased=erased, withdrawn=withdrawn, ruled_on=ruled_on)]
