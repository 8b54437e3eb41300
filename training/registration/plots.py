"""The pictures beside a model's figures: is it calibrated, what does it gain, what does it look at, and how?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from features.arrays import Floats
from features.profiles.fitted.feature_set import FeatureSet
from features.sentences.labels import labels_of
from training.learners.blend import Blend
from training.learners.model import Model
from training.registration.canvas import MODEL, PERFECT, RULE, canvas
from training.registration.uplift_plots import uplift_pictures
from training.verdict.gate import Evidence

UNITS = {"probability": "log-odds", "amount": "log of the amount", "uplift": "uplift"}


@dataclass(frozen=True)
class Base:
    """The customers whom a model is made for: their feature rows ``x``, and what each feature is called.

    ``words`` are those that a code stands for, by the names of such features.
    """

    x: Floats
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, x: Floats, feature_set: FeatureSet, currency: str) -> Base:
        """With the words of a feature set."""
        coded = {f.name: f.vocabulary for f in feature_set.features if f.vocabulary and not f.cuts}
        return cls(x, labels_of(feature_set.features, currency), coded)


def draw(folder: Path, model: Model, evidence: Evidence, base: Base) -> None:
    """Write ``reliability.png`` and ``gain.png`` from out-of-time scores; ``importance.png``, ``dependence.png``."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = {model.name: evidence.scores}
    if evidence.rule is not None and evidence.rule_scores is not None:
        lines[evidence.rule] = evidence.rule_scores
    if evidence.treated is not None:
        shown = uplift_pictures(evidence.y, lines, evidence.treated, title=model.name)
    else:
        shown = {
            "reliability": reliability(evidence.y, evidence.scores, title=model.name),
            "gain": gain(evidence.y, lines, title=model.name),
        }
    figures = {
        **shown,
        "importance": importance(model.scorer, model.feature_names, title=model.name, labels=base.labels),
        "dependence": dependence(model, base),
    }
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=110)


def reliability(y: Floats, scores: Floats, *, title: str, bins: int = 10) -> Figure:
    """Mean outcome against mean score in equal parts of the customers; on the diagonal, scores mean what they say."""
    figure, axes = canvas(f"{title}: predicted and observed", "mean score", "mean outcome")
    parts = [part for part in np.array_split(np.argsort(scores, kind="stable"), bins) if len(part)]
    mean_scores = np.array([scores[part].mean() for part in parts])
    mean_outcomes = np.array([y[part].mean() for part in parts])
    error = np.array([1.64 * y[part].std() / np.sqrt(len(part)) for part in parts])
    end = float(max(mean_scores.max(), (mean_outcomes + error).max())) or 1.0
    axes.plot([0, end], [0, end], color=PERFECT, linewidth=1, label="perfect")
    axes.errorbar(
        mean_scores, mean_outcomes, yerr=error, color=MODEL, marker="o", capsize=2, label=f"{title} (90 % interval)"
    )
    axes.legend(frameon=False)
    return figure


def gain(y: Floats, lines: dict[str, Floats], *, title: str) -> Figure:
    """The share of all outcomes among the customers with the highest scores, for the model and for the rule."""
    figure, axes = canvas(f"{title}: share of outcomes reached", "share of customers, best first", "share of outcomes")
    axes.plot([0, 1], [0, 1], color=PERFECT, linewidth=1, label="chance")
    for (name, scores), color in zip(lines.items(), (MODEL, RULE), strict=False):
        reached = np.cumsum(y[np.argsort(-scores, kind="stable")]) / max(float(y.sum()), 1e-9)
        axes.plot(np.arange(1, len(y) + 1) / len(y), reached, color=color, label=name)
    axes.legend(frameon=False)
    return figure


def importance(
    scorer: Blend, names: tuple[str, ...], *, title: str, labels: Mapping[str, str] | None = None, count: int = 20
) -> Figure:
    """The features that matter most, in words where there are any."""
    figure, axes = canvas(f"{title}: what it looks at", "share of the model", "")
    figure.set_size_inches(10, 6)
    top = _top_features(scorer, names, count=count)[::-1]
    axes.barh([(labels or {}).get(name, name) for name, _ in top], [value for _, value in top], color=MODEL)
    axes.tick_params(axis="y", labelsize=8)
    return figure


def dependence(model: Model, base: Base, *, count: int = 6, most: int = 1000) -> Figure:
    """How the score moves with each of the features that matter most: its mean part in the score by its value.

    Parts are in log-odds of a probability, in the log of an amount, or an uplift itself; above 0 they raise the score.
    """
    x = base.x if len(base.x) <= most else base.x[np.random.default_rng(0).choice(len(base.x), most, replace=False)]
    parts = model.scorer.contributions(x) * model.calibration.slope
    names = [name for name, share in _top_features(model.scorer, model.feature_names, count=count) if share > 0]
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    unit = UNITS[model.score_kind]
    figure.suptitle(f"{model.name}: how the score depends on what matters most ({unit} added)")
    for place, name in enumerate(names, start=1):
        axes = figure.add_subplot(2, -(-count // 2), place)
        column = model.feature_names.index(name)
        _dependence(axes, x[:, column], parts[:, column], base.words.get(name))
        axes.set_xlabel(fill(base.labels.get(name, name), 42), fontsize=8)
        axes.axhline(0, color=PERFECT, linewidth=1)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _dependence(axes: Axes, values: Floats, parts: Floats, words: Sequence[str] | None) -> None:
    """Mean parts: of each word of a code; else along the values, in equal parts of the customers."""
    known = np.flatnonzero(~np.isnan(values))
    if words is not None:
        present = np.unique(values[known]).astype(np.int64)
        axes.bar([words[code] for code in present], [parts[values == code].mean() for code in present], color=MODEL)
        axes.tick_params(axis="x", rotation=30)
        return
    order = known[np.argsort(values[known], kind="stable")]
    groups = [group for group in np.array_split(order, 20) if len(group)]
    axes.scatter(values[known], parts[known], s=4, color=MODEL, alpha=0.15, linewidths=0)
    axes.plot([values[g].mean() for g in groups], [parts[g].mean() for g in groups], color=MODEL, marker="o", ms=3)
    if len(known) and (end := float(np.quantile(values[known], 0.99))) > (start := float(values[known].min())):
        axes.set_xlim(start - (end - start) * 0.03, end + (end - start) * 0.03)  # the last hundredth is seldom telling


def _top_features(scorer: Blend, names: Sequence[str], *, count: int) -> list[tuple[str, float]]:
    """The features that matter most, largest first, with their shares."""
    shares = scorer.importance()
    return [(names[i], float(shares[i])) for i in np.argsort(-shares, kind="stable")[:count]]
