"""Which settings of a form apply to a kind of file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from features.errors import StamkundError
from features.ingest.sources.formats.form import Form
from features.ingest.sources.formats.kinds import Kind, kind_of

_PACKAGES = {"packed", "archive"}
_USED: Mapping[Kind, frozenset[str]] = {
    "csv": frozenset({"encoding", "delimiter", "header", "names", "footer"}),
    "json": frozenset({"encoding", "records"}),
    "workbook": frozenset({"header", "names", "footer", "sheet"}),
    "sqlite": frozenset({"sheet"}),
    "duckdb": frozenset({"sheet"}),
}


def fitting(path: Path, form: Form) -> Form:
    """What of a form applies to a file; for the other files of a query the rest is meant."""
    kind = kind_of(path)
    unused = [key for key in vars(form) if key not in _USED.get(kind, vars(form) if kind in _PACKAGES else ())]
    return replace(form, **dict.fromkeys(unused))


def refuse_unused(path: Path, kind: Kind, form: Form) -> None:
    """Refuse settings that say nothing about a file of this kind."""
    for key, value in vars(form).items():
        if value is not None and key not in _USED.get(kind, ()):
            msg = f"`{key}` says nothing about {path.name}, which is no file that it applies to. Take it away."
            raise StamkundError("unused_setting", msg, field=key)
