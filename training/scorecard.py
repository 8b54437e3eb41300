"""The scorecard: what each batch of scores said, against what came true once its horizon was over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from features.arrays import Floats
from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.profiles.consent import gatekeeper_of
from features.scores.table import read_scores
from features.units import DAY
from training.learners.model import Model
from training.metrics.by_kind import model_metrics
from training.metrics.stability import drift_of
from training.registry.versions import listing, load
from training.targets.frame.target import Target
from training.verdict.drift import FeatureDrift, feature_drifts
from training.walk.dataset import scale_of


@dataclass(frozen=True)
class Entry:
    """What one version of a model said of so many customers at a moment (µs), and what came of it.

    ``mean`` is the mean score, ``drift`` how far the scores have moved from those of the training
    (:func:`training.metrics.stability.drift_of`). ``figures`` are empty until outcomes are known, and where the
    training had ``seen`` what came true. All are known at ``known_at``; ``open`` of them are not known yet.
    """

    target: Target
    version: int
    as_of: int
    customers: int
    mean: float
    drift: float
    known_at: int | None
    seen: bool = False
    open: int = 0
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def came(self) -> float | None:
        """The mean of what came true of those who were scored."""
        return next((self.figures[name] for name in ("rate", "mean", "uplift") if name in self.figures), None)


def scorecard(settings: Settings, names: Sequence[str] | None = None) -> list[Entry]:
    """Every batch of the named models, or of all, the newest first.

    Raises :class:`StamkundError` ``no_scores`` when none was kept, ``unknown_model`` for a name that no target has.
    """
    for name in names or ():
        if name not in settings.targets:
            raise StamkundError.unknown("unknown_model", "model", name, settings.targets, field="name")
    wanted = pl.col("model").is_in(list(names or settings.targets))
    batches = read_scores(settings.scores).filter(wanted).select("model", "version", "as_of").unique().collect()
    if batches.is_empty():
        text = "No batch of scores is kept yet. Run `stamkund score`: each of its batches is."
        raise StamkundError("no_scores", text)
    registered = {(entry.name, entry.version) for entry in listing(settings)}
    newest = batches.sort("as_of", "model", "version", descending=[True, False, True])
    return list(_entries(settings, [each for each in newest.iter_rows() if each[:2] in registered]))


def drifts_of(settings: Settings, entries: Sequence[Entry]) -> dict[str, list[FeatureDrift]]:
    """The drift of the features of each model that scored last, by its name."""
    latest = {entry.target.name: entry for entry in sorted(entries, key=lambda entry: (entry.as_of, entry.version))}
    return {name: feature_drifts(settings, load(settings, name, entry.version)) for name, entry in latest.items()}


def _entries(settings: Settings, batches: list[tuple[str, int, int]]) -> Iterator[Entry]:
    lake, models = Lake(settings.lake), dict[tuple[str, int], Model]()
    end = _end(lake)
    for name, version, as_of in batches:
        if (name, version) not in models:
            models[name, version] = load(settings, name, version)
        model = models[name, version]
        target = model.target
        batch = (pl.col("model") == name, pl.col("version") == version, pl.col("as_of") == as_of)
        told = read_scores(settings.scores).filter(*batch).collect()
        seen, known_at = as_of < model.as_of, as_of + target.horizon_us if target.settled_together else None
        figures, open_ = dict[str, float](), len(told)
        if not seen and (known_at is None or known_at <= end):
            both = told.join(_came(settings, lake, target, as_of=as_of), on=list(target.entity))
            known = both.filter(pl.col("known_at") <= end)
            known_at = known_at or both.select(pl.col("known_at").max()).item()
            figures, open_ = _figures(settings, target, known), both.height - known.height
        values = told["value"].to_numpy()
        mean = float(values.mean()) if len(values) else float("nan")
        drift = drift_of(values, model.percentiles)
        yield Entry(target, version, as_of, len(values), mean, drift, known_at, seen, open_, figures)


def _came(settings: Settings, lake: Lake, target: Target, *, as_of: int) -> pl.DataFrame:
    """``entity, known_at, y``, of uplifts ``treated``, of who was scored and whose outcome may be learnt from."""
    rows, keeper = target.came_of(lake, as_of=as_of), gatekeeper_of(settings, lake)
    rows = rows if keeper is None else keeper.passing("training", rows)
    arm = [name for name in ("treated",) if name in rows.columns]
    return rows.drop_nulls("y").select(*target.entity, "known_at", "y", *arm)


def _figures(settings: Settings, target: Target, both: pl.DataFrame) -> dict[str, float]:
    """The metrics of scores (``value``) beside what came (``y``)."""
    if both.is_empty():
        return {}
    y: Floats = both["y"].to_numpy().astype(np.float64) / scale_of(target, settings.minor_units)
    treated = both["treated"].to_numpy() if "treated" in both.columns else None
    return model_metrics(target.score_kind, y, both["value"].to_numpy(), treated) | {"rows": float(len(y))}


def _end(lake: Lake) -> int:
    """The end of the last day of the data (µs)."""
    last = lake.scan("events").select(pl.col("time").max()).collect().item()
    return 0 if last is None else (int(last) // DAY + 1) * DAY
