"""What commands answer machines, as plain data: the keys are stable, moments are in ISO 8601."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import polars as pl

from features.doctor import Diagnosis
from features.moments import iso
from features.profiles.build import BuildResult
from serving.store.keys import Key
from training.registry.versions import ForeignVersion, ModelVersion
from training.scorecard import Entry
from training.verdict.drift import FeatureDrift
from training.verdict.report import TrainingReport

Answer = dict[str, object]


def diagnosis_answer(diagnosis: Diagnosis) -> Answer:
    """A diagnosis; ``sound`` says whether nothing must be mended first."""
    return {**asdict(diagnosis), "as_of": iso(diagnosis.as_of), "sound": diagnosis.sound}


def build_answer(built: BuildResult) -> Answer:
    """What a build read and wrote."""
    sources = [
        {
            "name": source.name, "table": source.table, "scope": source.scope, "read": source.read,
            "accepted": source.accepted, "rejected": dict(source.rejected), "rejects": source.rejects,
            "left_out": source.left_out, "gave_way": source.gave_way,
        }
        for source in built.report.sources
    ]  # fmt: skip
    return {
        "as_of": iso(built.as_of),
        "lake": built.report.version,
        "full_read_reason": built.report.full_read_reason,
        "sources": sources,
        "customers": built.customers,
        "features": len(built.feature_set.names),
        "unused_attributes": dict(built.unused_attributes),
        "profiles": built.path,
    }


def training_answer(reports: Iterable[TrainingReport]) -> Answer:
    """Each target's model, its figures beside the best rule's, and why it is refused."""
    return {"targets": [_training(report) for report in reports]}


def _training(report: TrainingReport) -> Answer:
    return {
        "name": report.target.name,
        "type": report.target.type,
        "as_of": iso(report.as_of),
        "version": report.version,
        "promoted": report.promoted,
        "standing": report.standing,
        "unchanged": report.unchanged,
        "refusals": [asdict(refusal) for refusal in report.verdict.refusals],
        "customers": report.customers,
        "rows": report.rows,
        "rows_found": report.found,
        "tested": report.tested,
        "folds": report.folds,
        "figures": dict(report.metrics),
        "level": _level(report),
        "learners": list(report.learners),
        "race": [asdict(entry) for entry in report.race],
        "proxies": [asdict(proxy) for proxy in report.proxies],
        "rule": report.baseline,
        "rule_figures": dict(report.baseline_metrics),
    }


def _level(report: TrainingReport) -> Answer | None:
    """How the scores' total stands to the outcomes' in the test, and how the coming level was forecast."""
    if report.verdict.level is None:
        return None
    return {
        "tested": report.verdict.level,
        "between": report.verdict.level_between,
        "method": report.level.method if report.level else None,
    }


def versions_answer(versions: Iterable[ModelVersion], foreign: Iterable[ForeignVersion]) -> Answer:
    """Every registered version, and those of the same names that are another program's."""
    ours = [{**asdict(version), "as_of": iso(version.as_of)} for version in versions]
    return {"models": ours, "not_ours": [asdict(version) for version in foreign]}


def scorecard_answer(entry: Entry) -> Answer:
    """One batch of scores beside what came true."""
    known_at = None if entry.known_at is None else iso(entry.known_at)
    return {
        "model": entry.target.name, "version": entry.version, "as_of": iso(entry.as_of), "customers": entry.customers,
        "mean_score": entry.mean, "came": entry.came, "drift": entry.drift, "known_at": known_at,
        "seen_in_training": entry.seen, "open": entry.open, "figures": entry.figures,
    }  # fmt: skip


def drifts_answer(drifts: Mapping[str, Sequence[FeatureDrift]]) -> Answer:
    """Of each model how far each of its features has moved, the one that has most first."""
    return {name: [asdict(drift) for drift in each] for name, each in drifts.items()}


def key_answer(key: Key, now: int) -> Answer:
    """What is kept of a key, without the key itself."""
    expires, revoked = (None if moment is None else iso(moment) for moment in (key.expires, key.revoked))
    moments = {"created": iso(key.created), "expires": expires, "revoked": revoked}
    return {**asdict(key), **moments, "state": key.state(now)}


def links_answer(links: pl.DataFrame) -> Answer:
    """Proposed links, each with the evidence of each column, in bits."""
    own = ("a", "b", "probability", "customers")
    rows = [({n: row[n] for n in own}, {n: v for n, v in row.items() if n not in own}) for row in links.to_dicts()]
    return {"links": [{**link, "evidence": evidence} for link, evidence in rows]}
