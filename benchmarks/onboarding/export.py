"""One export: which files a system writes, in which dialect, of which company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.onboarding.company.plan import Plan
from benchmarks.onboarding.company.world import World
from benchmarks.onboarding.draw import UNSEEN
from benchmarks.onboarding.tree import Node


@dataclass(frozen=True)
class Dialect:
    """How a file's values and rows are written."""

    time: str = "%Y-%m-%d %H:%M:%S"
    numbers: str = "1234.56"
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"
    quote: str = "minimal"  # or "all"
    missing: str = ""
    sep: bool = False  # a first line `sep=;`, for Excel
    preamble: tuple[str, ...] = ()
    header: bool = True
    footer: bool = False  # a last row with the totals
    extension: str = ""  # instead of the file's own: .xlsx, .json, .jsonl, .parquet; .sqlite holds all files as tables
    pack: str = ""  # .gz or .zip
    monthly: bool = False  # a file a month, in a folder
    overlap: int = 0  # as many rows of a month stand in the next month's file too
    labels: bool = False  # below the names, a row of their texts and a row of their keys


@dataclass(frozen=True)
class Export:
    """Files of one system in one dialect, and how they are to be understood.

    ``files``: what each holds, see `systems/README.md`. ``money``: the amounts of an order that may honestly be taken
    for what it brings. ``ambiguous``: the topics of a question that is right to ask; empty where a careful reader needs
    none. ``refunded``: ``order`` when a refunded order counts as one, ``either`` when the files leave that open.
    """

    name: str
    system: str
    documentation: str
    dialect: Dialect
    plan: Plan
    files: Mapping[str, Node]
    money: Sequence[str] = ("total",)
    ambiguous: Sequence[str] = ()
    refunded: str = "order"

    @property
    def unseen(self) -> bool:
        """Whether its system or language is of the fifth that was written last."""
        return self.system in UNSEEN

    @property
    def world(self) -> World:
        """The company that it is an export of."""
        return World.of(self.plan)
