"""The footer of a table: totals and remarks behind its last row, which are no rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from features.ingest.sources.formats.form import Findings, Form
from features.ingest.sources.formats.text.dialect import Record

_MOST = 5  # lines at the end that are looked at
_WORDS = (
    "totals?|sum|summe|suma|summa|gesamt|gesamtsumme|gesamtbetrag|gesamtergebnis|zwischensumme|totaal|totale|totaux|"
    "totalt|i alt|yhteensä|razem|celkem|összesen|итого|всего|σύνολο|toplam|合計|总计|合计|"
    "balance|kontostand|endsaldo|saldo|solde"
)
_TOTAL = re.compile(
    rf"\W*(?:grand|sub|report|overall|closing|ending)?[\s-]?(?:{_WORDS})(?:\W.*)?", re.IGNORECASE | re.DOTALL
)


_REMARK = re.compile(r"\(\d[\d., ]* (?:rows?|records?|lines?|Zeilen?)\b.*\)", re.IGNORECASE)


@dataclass(frozen=True)
class Footer:
    """How many records at the end are no rows, and what was found of them."""

    length: int
    findings: Findings


def find_footer(last: Sequence[Record], form: Form) -> Footer:
    """The footer that the settings say, or else the one found in the ``last`` records."""
    if form.footer is not None:
        return Footer(form.footer, Findings({"footer": form.footer}))
    length = footer_length(last)
    if not length:
        return Footer(0, Findings({}))
    lines = "line is" if length == 1 else f"{length} lines are"
    text = "; ".join(" ".join(record.texts)[:60] for record in [record for record in last if record.texts][-length:])
    return Footer(length, Findings({"footer": length}, (f"its last {lines} no row, but a total or a remark: {text}",)))


def footer_length(rows: Sequence[Record]) -> int:
    """How many records at the end of these are no rows: totals, and remarks below a blank line.

    A total begins with a word for one, and lacks a value where the rows before it have one.

    >>> rows = [Record(line, ("c1", "2024-01-01", "5")) for line in range(2, 9)]
    >>> footer_length([*rows, Record(9, ("Total", "", "35"))]), footer_length([*rows, Record(9, ("Total", "x", "35"))])
    (1, 0)
    """
    filled = [place for place, record in enumerate(rows) if record.texts]
    if len(filled) < 2:
        return 0
    cells = len(rows[filled[0]].cells)
    length = 0
    for nth, place in enumerate(reversed(filled[-_MOST:]), start=1):
        before = [rows[other] for other in filled[: len(filled) - nth][-100:]]
        remark = bool(_REMARK.fullmatch(" ".join(rows[place].texts)))
        below_blank = place > 0 and not rows[place - 1].texts
        if remark or _is_total(rows[place], before) or (below_blank and len(rows[place].texts) <= cells / 2):
            length = nth
    return length


def _is_total(record: Record, before: Sequence[Record]) -> bool:
    if not before or not _TOTAL.fullmatch(record.texts[0].strip()):
        return False
    full = [row for row in before if len(row.cells) == len(before[0].cells)]
    needed = [place for place in range(len(before[0].cells)) if all(_told(row.cells[place]) for row in full)]
    return len(record.cells) < len(before[0].cells) or any(not _told(record.cells[place]) for place in needed)


def _told(cell: str) -> bool:
    """Whether a cell tells anything: some write dashes into empty ones."""
    return bool(cell.strip(" -–"))
