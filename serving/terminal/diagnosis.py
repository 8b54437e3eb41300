"""A diagnosis of the data, for a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from features.doctor import Criterion, Diagnosis, Finding, Prospect
from features.doctor.findings.finding import quantity
from features.doctor.maturity import LEVELS
from features.moments import minute

MARKS = {"ok": ("✓", "green"), "note": ("·", "cyan"), "warning": ("!", "yellow"), "problem": ("✗", "bold red")}
OUTLOOKS = {
    "possible": ("✓", "green", "possible"),
    "few outcomes": ("!", "yellow", "possible with few outcomes"),
    "not possible": ("✗", "red", "not possible"),
}
AUC = " (AUC: 0.5 ranks customers by chance, 1 perfectly)"


def doctor_table(diagnosis: Diagnosis) -> RenderableType:
    """What must or should be mended, and how; then what can be predicted, the level, and what else there is."""
    return Group(*_parts(diagnosis))


def _parts(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    urgent = [finding for finding in diagnosis.findings if finding.level in {"problem", "warning"}]
    others = [finding for finding in diagnosis.findings if finding not in urgent]
    yield Text.assemble((diagnosis.name, "bold"), f", looked at from {minute(diagnosis.as_of)} UTC")
    yield Text.assemble("\n", ("What was found: ", "bold"), _summary(diagnosis.findings))
    yield Padding(_findings(urgent), (0, 0, 1, 2))
    if diagnosis.prospects:
        yield Text.assemble(("What can be predicted", "bold"), (AUC, "dim"))
        yield Padding(_prospects(diagnosis.prospects), (0, 0, 1, 2))
    yield Text(f"Level {diagnosis.level} of {len(LEVELS)}: {diagnosis.level_name}", style="bold")
    yield Padding(_ladder(diagnosis), (0, 0, 1, 2))
    yield Text("What else there is to know", style="bold")
    yield Padding(_findings(others), (0, 0, 0, 2))


def _summary(findings: Iterable[Finding]) -> str:
    counts = Counter[str](finding.level for finding in findings)
    issues = [quantity(counts[level], level) for level in ("problem", "warning", "note") if counts[level]]
    return ", ".join([*issues, f"{counts['ok']} in order"])


def _grid() -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    return table


def _ladder(diagnosis: Diagnosis) -> Table:
    table = _grid()
    for level, (name, meaning) in LEVELS.items():
        reached = level <= diagnosis.level
        mark, style = ("▸", "bold") if level == diagnosis.level else MARKS["ok"] if reached else (" ", "dim")
        text = Text(meaning)
        if level == diagnosis.level + 1:
            text = Text("\n").join([text, *(_criterion(c) for c in diagnosis.criteria if c.level == level)])
        table.add_row(Text(mark, style=style), Text(f"{level} {name}", style="" if reached else style), text)
    return table


def _criterion(criterion: Criterion) -> Text:
    mark, style = MARKS["ok" if criterion.met else "problem"]
    return Text.assemble((mark, style), f" {criterion.text}: {criterion.found}")


def _prospects(prospects: Iterable[Prospect]) -> Table:
    table = _grid()
    for each in prospects:
        mark, style, words = OUTLOOKS[each.outlook]
        outlook = words if each.declared else f"{words}, not declared"
        table.add_row(
            Text(mark, style=style),
            Text(each.target),
            _with_step(f"{outlook[0].upper()}{outlook[1:]}. {each.message}", each.next_step),
        )
    return table


def _findings(findings: Iterable[Finding]) -> Table:
    table = _grid()
    for each in findings:
        mark, style = MARKS[each.level]
        table.add_row(Text(mark, style=style), Text(each.area), _with_step(each.message, each.next_step))
    return table


def _with_step(message: str, step: str | None) -> Text:
    return Text.assemble(message, *([("\n→ " + step, "bold")] if step else []))
