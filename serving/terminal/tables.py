"""Reports as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from rich.table import Table

from features.ingest.report import IngestReport
from features.moments import day, minute
from features.profiles.fitted.feature_set import FeatureSet
from features.texts.catalogue import text
from serving.store.keys import Key
from serving.terminal.layout import add_row, figure_text, folded, table_of
from training.registry.versions import ForeignVersion, ModelVersion
from training.scorecard import Entry
from training.verdict.drift import FeatureDrift
from training.verdict.report import Evaluation, TrainingReport

# The figure that says most of each kind of model, and whether more is better.
FIGURE = {"probability": ("auc", "AUC"), "amount": ("gini", "Gini"), "uplift": ("qini", "Qini")}
MOST_MOVED = 3  # features that a line names


def sources_table(report: IngestReport) -> Table:
    """The rows read from each source, and how many of them were accepted and rejected."""
    table = table_of("source", "table", "what was read", ">rows", ">accepted", ">rejected")
    for source in report.sources:
        unread = source.scope == "unchanged"
        counts = (source.read, source.accepted, source.refused)
        add_row(
            table, source.name, source.table, folded(source.scope, 16), *("–" if unread else f"{n:,}" for n in counts)
        )
    return table


def rejection_lines(report: IngestReport) -> Iterator[str]:
    """Of each source: how many rows are rejected for which reason, the file with them, and what does not count."""
    for source in report.sources:
        if source.rejected:
            reasons = ", ".join(f"{count:,} {code}" for code, count in source.rejected.items())
            where = f"; each row with its reason: {source.rejects}" if source.rejects else ""
            yield f"Rejected of {source.name}: {reasons}{where}"
        if source.left_out:
            yield f"Left out of {source.name}: {source.left_out:,} rows that its `where` does not count"
        if source.gave_way:
            yield f"Gave way of {source.name}: {source.gave_way:,} rows of orders that its `same_as` tells of"


def mostly_rejected(report: IngestReport) -> list[str]:
    """The sources of which more rows were rejected than accepted."""
    return [source.name for source in report.sources if source.refused > source.accepted]


def training_table(reports: Iterable[TrainingReport]) -> Table:
    """Each model beside the best rule that needs no model, on moments that neither was fitted on."""
    table = table_of("target", ">model", "best rule", ">tests", "version")
    for report in reports:
        key, label = FIGURE[report.target.score_kind]
        figure, rule = (figure_text(each.get(key)) for each in (report.metrics, report.baseline_metrics))
        version = f"{report.version or 'none'}, {report.standing}{', unchanged' if report.unchanged else ''}"
        add_row(
            table,
            report.target.name,
            f"{label} {figure}" if report.metrics else "–",
            folded(f"{rule} {report.baseline or ''}", 24),
            f"{report.tested:,}",
            version,
        )
    return table


def race_table(reports: Iterable[TrainingReport]) -> Table:
    """Each target's race: the loss of every entry on outcomes that none had seen, and which one is kept."""
    table = table_of("target", "learners", ">loss", ">behind the best", ">± one error", "kept")
    for report in (each for each in reports if len(each.race) > 1):
        for entry in report.race:
            numbers = (f"{entry.loss:.4f}", f"{entry.behind:.4f}", f"{entry.error:.4f}")
            kept = "yes" if entry.learners == report.learners else ""
            add_row(table, report.target.name, entry.name, *numbers, kept)
    return table


def models_table(entries: Iterable[ModelVersion], foreign: Iterable[ForeignVersion] = ()) -> Table:
    """Every registered version, and those of the same names that are another program's."""
    table = table_of("model", ">version", "answers", "trained at", "tested", "gate")
    for entry in entries:
        aliases, gate = folded(", ".join(entry.aliases), 10), folded(entry.gate, 20)
        add_row(table, entry.name, str(entry.version), aliases, minute(entry.as_of), entry.tested, gate)
    for other in foreign:
        add_row(table, other.name, str(other.version), folded(", ".join(other.aliases), 10), "–", "–", "not ours")
    return table


def keys_table(keys: Iterable[Key], now: int) -> Table:
    """Every key; the key itself is kept nowhere."""
    table = table_of("name", "id", "opens", "made", "good until", "now")
    for key in keys:
        end = key.expires if key.revoked is None else key.revoked
        until = "–" if end is None else minute(end)
        add_row(table, key.name, key.id, " ".join(key.scopes), minute(key.created), until, key.state(now))
    return table


def links_table(links: pl.DataFrame) -> Table:
    """Proposed links of customers, with what speaks for each and against it, in bits."""
    table = table_of("customers", ">probable", ">of", "because of")
    for row in links.iter_rows(named=True):
        evidence = [f"{name} {row[name]:+.0f}" for name in links.columns[4:] if abs(row[name]) >= 0.5]
        who = f"{row['a']}, {row['b']}"
        add_row(table, who, f"{row['probability']:.1%}", str(row["customers"]), folded(", ".join(evidence), 48))
    return table


def outcomes_table(evaluations: Iterable[Evaluation]) -> Table:
    """Models beside the best rule, against what came true."""
    table = table_of("target", "figure", ">model", ">rule", "the rule", ">customers")
    for each in evaluations:
        key, label = FIGURE[each.target.score_kind]
        model, rule = figure_text(each.metrics.get(key)), figure_text(each.baseline_metrics.get(key))
        add_row(table, each.target.name, label, model, rule, each.baseline or "–", f"{each.rows:,}")
    return table


def scorecard_table(entries: Iterable[Entry]) -> Table:
    """Batches of scores beside what came true."""
    table = table_of("model", ">version", "scored at", ">customers", ">said", ">came", "figure", ">drift")
    for each in entries:
        key, label = FIGURE[each.target.score_kind]
        figure, came = f"{label} {figure_text(each.figures.get(key))}", figure_text(each.came)
        if each.figures and each.open:
            figure = f"{figure}, {each.open:,} open"
        if not each.figures:
            figure = "nobody left" if each.known_at is None else f"open until {day(each.known_at)}"
            figure = "seen in training" if each.seen else figure
        head = (each.target.name, str(each.version), day(each.as_of), f"{each.customers:,}")
        add_row(table, *head, figure_text(each.mean), came, figure, figure_text(each.drift))
    return table


def drift_lines(drifts: Mapping[str, Sequence[FeatureDrift]]) -> Iterator[str]:
    """Of each model the features that have moved most."""
    for name, each in drifts.items():
        if each:
            told = ", ".join(f"{drift.feature} {figure_text(drift.drift)}" for drift in each[:MOST_MOVED])
            yield f"Features of {name} that have moved most since its training: {told}."


def features_table(feature_set: FeatureSet, values: Mapping[str, float | str | None]) -> Table:
    """Some features of one customer, in words."""
    table = table_of("profile", ">value")
    for name, value in values.items():
        number = isinstance(value, float)
        text = f"{value:,.2f}".rstrip("0").rstrip(".") if number else str(value or "unknown")
        add_row(table, feature_set.feature(name).text, text)
    return table


def figures_table(answer: Mapping[str, Any]) -> Table:
    """The figures of one customer that are known, whichever of models and orders tells them."""
    table = table_of("figure", ">value")
    for name, value in answer.items():
        if isinstance(value, float) and name != "discount_rate":
            add_row(table, name.replace("_", " "), f"{value:,.2f}")
    add_row(table, "expected date of next order", str(answer["expected_date_of_next_order"] or "unknown"))
    return table


def scores_table(scores: Mapping[str, Mapping[str, Any]], language: str = "en") -> Table:
    """Each model's score of one customer, with its reasons, or why there is none."""
    table = table_of("model", ">says", ">percentile", "because of")
    for name, answer in scores.items():
        chance, amount = answer.get("probability"), answer.get("amount")
        figure = f"{chance:.1%}" if chance is not None else f"{amount:,.2f}" if amount is not None else "–"
        signs = ["+" if reason["contribution"] > 0 else "−" for reason in answer["reasons"]]
        reasons = [folded(f"{sign} {r['text']}", 44) for sign, r in zip(signs, answer["reasons"], strict=True)]
        if answer["no_score"]:
            reasons = [folded(text(f"no_score.{answer['no_score']}", language), 44)]
        add_row(table, name, figure, str(answer["percentile"] or "–"), "\n".join(reasons))
    return table
