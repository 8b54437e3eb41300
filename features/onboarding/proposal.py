"""What is guessed of files, written as a commented ``stamkund.yaml``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from features.config.settings import Settings
from features.events.tables import Table


@dataclass(frozen=True)
class Guess:
    """What a file or a folder seems to hold.

    ``columns`` maps canonical columns to the file's, ``unused`` are its others; ``doubts`` say what is unsure, and
    ``notes`` what was looked at; ``currencies`` counts the rows that name each currency.
    """

    place: Path
    files: Sequence[Path]
    table: Table | None
    columns: Mapping[str, str]
    kind: str | None
    doubts: Sequence[str]
    unused: Sequence[str]
    notes: Sequence[str] = ()
    currencies: Mapping[str, int] = field(default_factory=dict)


def as_yaml(guesses: Sequence[Guess], home: Path) -> str:
    """The settings that the guesses make, to be written into the folder ``home``: paths below it are relative to it."""
    lines = [
        "# A first guess: read it, mend it, then run `stamkund build`.",
        "# `columns` maps canonical columns to yours: a column's name, or an SQL expression over several.",
        "",
        f"name: {_scalar(guesses[0].place.resolve().parent.name or 'My customers')}",
        _currency(guesses),
        "",
        "sources:" if any(guess.table for guess in guesses) else "sources: {}",
    ]
    names: set[str] = set()
    for guess in guesses:
        lines += _source(guess, home, names)
    if any(guess.kind == "order" for guess in guesses):
        lines += [
            "",
            "targets:",
            "  # Bought within 56 days: nothing in the next 28? Bought within 84 days: how much in the next 84?",
            "  lapse: {type: lapse, event: order, horizon: 28d, active: 56d}",
            "  spend: {type: spend, event: order, horizon: 84d, active: 84d}",
        ]
    return "\n".join(lines) + "\n"


def _currency(guesses: Sequence[Guess]) -> str:
    """The currency that most rows name, else the default."""
    counts = sum((Counter(guess.currencies) for guess in guesses), Counter[str]())
    if not counts:
        return f"currency: {Settings.model_fields['currency'].default}   # unsure: the currency of all amounts"
    most, *others = [currency for currency, _ in counts.most_common()]
    comment = f"unsure: rows in {', '.join(others)} would be rejected" if others else "as the rows say"
    return f"currency: {most}   # {comment}"


def _source(guess: Guess, home: Path, names: set[str]) -> list[str]:
    comments = [_comment(note) for note in guess.notes]
    doubts = [_comment(f"unsure of {doubt}") for doubt in guess.doubts]
    if guess.table is None:
        return ["", *comments, _comment(f"{guess.place.name} is left out:"), *doubts]
    return [
        "",
        *comments,
        *doubts,
        f"  {_name(guess.place, names)}:",
        f"    table: {guess.table}",
        *([f"    kind: {guess.kind}"] if guess.kind else []),
        f"    from: {_scalar(_origin(guess, home))}",
        "    columns:",
        *(f"      {_scalar(column)}: {_scalar(source)}" for column, source in guess.columns.items()),
        *([f"  {_comment('not used: ' + ', '.join(guess.unused))}"] if guess.unused else []),
    ]


def _name(place: Path, names: set[str]) -> str:
    """A name for a source that is not among these; it is added to them."""
    stem = re.sub(r"\W+", "_", place.resolve().name.split(".")[0], flags=re.ASCII).strip("_") or "rows"
    name = stem if not stem[0].isdigit() and stem != "http" else f"_{stem}"
    while name in names:
        name += "_2"
    names.add(name)
    return name


def _origin(guess: Guess, home: Path) -> str:
    place, below = guess.place.resolve(), home.resolve()
    if place.is_dir() and below.is_relative_to(place):  # what is built lies in the folder too
        place = place / "**" / f"*{guess.files[0].suffix}"
    return place.relative_to(below).as_posix() if place.is_relative_to(below) else str(place)


def _comment(text: str) -> str:
    return f"  # {text}".replace("\n", " ")


def _scalar(text: str) -> str:
    """The text as a YAML scalar, quoted where it must be."""
    words = {"y", "n", "yes", "no", "on", "off", "null", "true", "false"}
    plain = re.fullmatch(r"[A-Za-z_/][\w./-]*", text) and text.lower() not in words
    return text if plain else "'" + text.replace("'", "''") + "'"
