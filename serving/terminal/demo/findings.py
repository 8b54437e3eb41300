"""The last word of the demo: what is happening to the customers, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from features.config.settings import Settings
from insights.report import told
from insights.words import Row, Words

MOST: Final = 3


def tell_findings(out: Console, settings: Settings, findings: Sequence[Row], config: Path) -> None:
    """Print the first findings, each with its interval and the command that lists whom it is about."""
    words = Words(settings.language, settings.currency)
    if findings:
        out.rule(Text("5  What is happening to the customers", style="bold"))
    for finding in findings[:MOST]:
        one = told(finding, words)
        out.print(Text(f"\n{one.headline}", style="bold"), f"  {one.sure}\n  {one.advice}", sep="\n")
        out.print(f"  {one.command} --config {config}", soft_wrap=True)
