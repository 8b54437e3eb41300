"""Made-up customers, many of them there twice or more under other ids, with slips of the pen."""

from __future__ import annotations

import random
from datetime import date, timedelta

import polars as pl

from features.config.sections.fuzzy import FuzzySettings

SETTINGS = FuzzySettings(
    columns={"first": "forename", "last": "surname", "born": "date", "zip": "postcode", "city": "text"}, accept=0.99
)
FORENAMES = [
    f"{a}{b}" for a in ("an", "be", "car", "dor", "el", "fri", "gus", "hel") for b in ("na", "rik", "ta", "lo", "mi")
]
SURNAMES = [
    f"{a}{b}"
    for a in ("berg", "dahl", "ek", "fors", "holm", "lind", "ny", "sand")
    for b in ("man", "stedt", "in", "ström")
]
PEOPLE = 250


def twins() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The customers, and of whom each is: ``customer_id``, ``truth``."""
    draw, rows, truth = random.Random(5), [], []  # noqa: S311
    for person in range(PEOPLE):
        born = date(1940, 1, 1) + timedelta(draw.randrange(25_000))
        who = (
            draw.choice(FORENAMES),
            draw.choice(SURNAMES),
            born.isoformat(),
            f"{draw.randrange(100, 999)} {draw.randrange(10, 99)}",
        )
        city = f"city{draw.randrange(25)}"
        for record in range(draw.randint(1, 4)):
            customer = f"p{person}-{record}"
            rows.append((customer, *(_slipped(draw, text) for text in who), city if draw.random() < 0.8 else None))
            truth.append((customer, str(person)))
    draw.shuffle(rows)
    customers = pl.DataFrame(rows, schema=["customer_id", *SETTINGS.columns], orient="row")
    return customers, pl.DataFrame(truth, schema=["customer_id", "truth"], orient="row")


def _slipped(draw: random.Random, text: str) -> str | None:
    """A text as it is, in capitals, with a letter too much, or left out."""
    lot = draw.random()
    place = draw.randrange(1, len(text))
    if lot < 0.08:
        return text[:place] + text[place - 1] + text[place:]
    return None if lot < 0.12 else text.upper() if lot < 0.2 else text
