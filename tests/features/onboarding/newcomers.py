"""A newcomer's files through `init` and the door in one call: what is in the lake then, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.config.settings import Settings, read_settings
from features.ingest.ingest import ingest
from features.lake import Lake
from features.onboarding.propose import propose


@dataclass(frozen=True)
class Outcome:
    """The settings that were proposed, what was asked (topic by topic), and the events that they make."""

    text: str
    settings: Settings
    topics: list[str]
    events: pl.DataFrame
    rejected: int

    @property
    def told(self) -> tuple[int, int, float]:
        """How many orders and customers there are, and what was paid net of refunds."""
        orders = self.events.filter(kind="order")
        names = orders.select(pl.struct("fragment", pl.coalesce("order_id", "event_id")).n_unique())
        paid, back = (int(rows["value"].sum()) for rows in (orders, self.events.filter(kind="refund")))
        return int(names.item()), orders["fragment"].n_unique(), (paid - back) / 100

    @property
    def kinds(self) -> dict[str, int]:
        """How many events there are of each kind."""
        return dict(self.events["kind"].value_counts().sort("kind").iter_rows())


def outcome(folder: Path, files: Mapping[str, str]) -> Outcome:
    """What becomes of some files, by their names, without a hand on the proposal."""
    proposal = propose([written(folder, name, content) for name, content in files.items()], home=folder)
    (folder / "stamkund.yaml").write_text(proposal.text, encoding="utf-8")
    settings = read_settings(folder / "stamkund.yaml")
    report = ingest(settings)
    events = Lake(settings.lake).scan("events").collect()
    topics = [question["topic"] for question in proposal.report(folder / "stamkund.yaml")["questions"]]
    return Outcome(
        proposal.text, settings, topics, events, sum(source.read - source.accepted for source in report.sources)
    )


def written(folder: Path, name: str, content: str) -> Path:
    """The file of a folder with this content."""
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def table(header: str, *rows: str) -> str:
    """The text of a table."""
    return "\n".join([header, *rows]) + "\n"
