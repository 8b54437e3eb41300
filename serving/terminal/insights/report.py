"""Commands that report on customers: the page, and the people behind its findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from features.files import write_text
from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import output

if TYPE_CHECKING:
    from features.config.settings import Settings


def customers(
    config: Config = YAML,
    to: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("customers.html"),
    language: Annotated[Literal["en", "sv"] | None, typer.Option("--lang", help="The settings' without.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Write a page that opens offline: what was found, and all metrics in words and plots, with their intervals.

    It is made from what `stamkund insights refresh` wrote last.
    """
    from features.texts.catalogue import text
    from insights.report import customers_report, told
    from insights.tables import Tables
    from insights.words import Words

    with output(as_json=as_json) as out:
        settings = settings_of(config)
        tables, spoken = Tables(settings.insights), language or settings.language
        html = customers_report(
            tables, name=settings.name, currency=settings.currency, minor_units=settings.minor_units, language=spoken,
            labels=_labels(settings, spoken),
        )  # fmt: skip
        write_text(to, html)
        findings = tables.read("findings").to_pylist()
        words = Words(spoken, settings.currency)
        out.say(*(told(finding, words).headline for finding in findings), text("report.written", spoken, file=to))
        out.answer({"report": str(to), "language": spoken, "findings": [finding["code"] for finding in findings]})


def _labels(settings: Settings, language: str) -> dict[str, str]:
    """What features are called in a language, by the names that rules have for them."""
    from features.profiles.fitted.feature_set import FeatureSet
    from features.sentences.names import name_of

    fitted = FeatureSet.load(settings.feature_set) if settings.feature_set.exists() else None
    return {} if fitted is None else {f"features.{each.name}": name_of(each, language) for each in fitted.features}


def people(
    finding: Annotated[str, typer.Argument(help="Which finding, as the report names it, such as late.")],
    config: Config = YAML,
    count: Annotated[int, typer.Option(min=1, help="How many to tell, those who spent most first.")] = 100,
    after: Annotated[int, typer.Option(min=0, help="How many to skip.")] = 0,
    *,
    as_json: Json = False,
) -> None:
    """List the customers behind a finding of the report."""
    from serving.jobs.insights import people_behind

    with output(as_json=as_json) as out:
        ids = people_behind(settings_of(config), finding)
        some = ids[after : after + count]
        out.say(*some)
        out.answer({"finding": finding, "count": len(ids), "after": after, "customers": some})
