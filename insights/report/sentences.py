"""Findings as sentences."""

from __future__ import annotations

from dataclasses import dataclass

from insights.words import Row, Words


@dataclass(frozen=True)
class Told:
    """A finding in words: what is so, how sure that is, what to do, and the command that lists whom it is about."""

    headline: str
    sure: str
    advice: str
    command: str


def told(finding: Row, words: Words) -> Told:
    """A row of the table ``findings`` in words."""
    code, unit = finding["code"], finding["unit"]
    params = {name: words.count(count) for name, count in dict(finding["counts"]).items()}
    params |= {f"money_{name}": words.number(abs(amount), "money") for name, amount in dict(finding["money"]).items()}
    headline = words.say(f"finding.{code}", value=words.number(abs(finding["value"]), unit), **params)
    sure = words.say(
        "report.sure", value=words.number(finding["value"], unit), interval=words.interval(finding, unit),
        n=words.count(finding["n"]),
    )  # fmt: skip
    advice = words.say(f"finding.{code.partition('.')[0]}.advice", **params)
    return Told(headline, sure, advice, f"stamkund report people {code}")
