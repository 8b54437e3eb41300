"""Decisions for many customers on the terminal: made, written, and what they came to."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from features.errors import StamkundError
from serving.batches.batch import Batch
from serving.batches.tally import Tally
from serving.http.answers.requests import DecisionRequest, PlacementRequest
from serving.http.current.state import State, load_state
from serving.process.lean import standing
from serving.terminal.layout import add_row, table_of
from serving.terminal.options import settings_of
from serving.terminal.output import Output


@dataclass(frozen=True)
class Asked:
    """What is asked for many: for whom (None: for everybody), in which context, for which placements."""

    customers: Path | None
    context: Mapping[str, str]
    placements: tuple[str, ...]
    count: int | None

    def request(self, state: State) -> DecisionRequest:
        """It as a request that is not yet about anybody; all declared placements where none is named."""
        declared = state.setup.placements
        for name in self.placements:
            if declared and name not in declared:
                text = f"No placement {name!r} is declared; there are {', '.join(declared)}."
                raise StamkundError("unknown_placement", text, field="placement")
        names = self.placements or tuple(declared) or ("default",)
        placements = [PlacementRequest(id=name, count=self.count) for name in names]
        return DecisionRequest(context=dict(self.context), placements=placements, explain="none")

    def ids(self) -> list[str] | None:
        """The ids of the file."""
        if self.customers is None:
            return None
        if not self.customers.is_file():
            text = f"There is no file {self.customers}. Name one with a customer's id on each line."
            raise StamkundError("not_found", text, field="customers")
        return [line.strip() for line in self.customers.read_text("utf-8-sig").splitlines() if line.strip()]


def decide_many(
    output: Output,
    config: Path,
    asked: Asked,
    *,
    out: str,
    table: str,
    append: bool,
    batch: str | None,
    dry_run: bool,
) -> None:
    """Decide for many, tell what it came to, and where it was written."""
    settings, ids, name = settings_of(config), asked.ids(), batch or uuid.uuid4().hex[:12]
    state = load_state(settings, folder=config.resolve().parent)
    try:
        made = Batch(state, asked.request(state), name, keep=not dry_run)
        if not dry_run:
            output.say(f"Batch {name}: if it is stopped, it goes on with --batch {name}.")
        with standing(), output.progress() as report:
            where = None if dry_run else made.write(out, table, ids, report, append=append)
            if dry_run:
                made.look(ids, report)
    finally:
        state.store.dispose()
    output.say(*_said(made, where))
    output.answer(answer(made, where))


def answer(made: Batch, where: str | None) -> dict[str, object]:
    """What a batch came to, for machines."""
    return {
        "batch": made.name if made.keep else None,
        "dry_run": not made.keep,
        "out": where,
        "customers": made.customers,
        "repeated": made.repeated,
        "left_out": made.left_out,
        "unknown": made.unknown,
        "outcomes": dict(made.tally.outcomes),
        "offers": dict(made.tally.offers.most_common()),
        "excluded": made.tally.excluded,
    }


def _said(made: Batch, where: str | None) -> list[str | Table]:
    outcomes = ", ".join(f"{count:,} {name}" for name, count in made.tally.outcomes.most_common())
    told: list[str | Table] = [f"{made.customers:,} customers: {outcomes or 'nobody'}."]
    if made.repeated:
        told.append(f"{made.repeated:,} of them had been decided before by this batch, and were not again.")
    if made.left_out:
        told.append(f"{made.left_out:,} do not allow that anything of theirs is written elsewhere: left out.")
    if made.unknown:
        told.append(f"{len(made.unknown):,} ids are nobody's, such as {', '.join(made.unknown[:3])}.")
    told += [_excluded(made.tally)] if made.tally.excluded else []
    return [*told, "A dry run: nothing was kept, taken or written." if where is None else f"Written: {where}"]


def _excluded(tally: Tally) -> Table:
    table = table_of("not eligible because", ">candidates", ">of customers")
    for reason, counts in tally.excluded.items():
        add_row(table, reason, f"{counts['candidates']:,}", f"{counts['customers']:,}")
    return table
