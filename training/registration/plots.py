"""The pictures beside a model's figures: is it calibrated, what does it gain, what does it look at?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from features.arrays import Floats
from training.learners.blend import Blend
from training.learners.model import Model, top_features
from training.verdict.gate import Evidence

MODEL, RULE, PERFECT = "#1b6ca8", "#c8553d", "#888888"


def draw(folder: Path, model: Model, evidence: Evidence) -> None:
    """Write ``reliability.png``, ``gain.png`` and ``importance.png``; the first two from out-of-time scores."""
    folder.mkdir(parents=True, exist_ok=True)
    reliability(evidence.y, evidence.scores, title=model.name).savefig(folder / "reliability.png", dpi=110)
    lines = {model.name: evidence.scores}
    if evidence.rule is not None and evidence.rule_scores is not None:
        lines[evidence.rule] = evidence.rule_scores
    gain(evidence.y, lines, title=model.name).savefig(folder / "gain.png", dpi=110)
    importance(model.scorer, model.feature_names, title=model.name).savefig(folder / "importance.png", dpi=110)


def reliability(y: Floats, scores: Floats, *, title: str, bins: int = 10) -> Figure:
    """Mean outcome against mean score in equal parts of the customers; on the diagonal, scores mean what they say."""
    figure, axes = _canvas(f"{title}: predicted and observed", "mean score", "mean outcome")
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
    figure, axes = _canvas(f"{title}: share of outcomes reached", "share of customers, best first", "share of outcomes")
    axes.plot([0, 1], [0, 1], color=PERFECT, linewidth=1, label="chance")
    for (name, scores), color in zip(lines.items(), (MODEL, RULE), strict=False):
        reached = np.cumsum(y[np.argsort(-scores, kind="stable")]) / max(float(y.sum()), 1e-9)
        axes.plot(np.arange(1, len(y) + 1) / len(y), reached, color=color, label=name)
    axes.legend(frameon=False)
    return figure


def importance(scorer: Blend, names: tuple[str, ...], *, title: str, count: int = 20) -> Figure:
    """The features that matter most."""
    figure, axes = _canvas(f"{title}: what it looks at", "share of the model", "")
    top = top_features(scorer, names, count=count)[::-1]
    axes.barh([name for name, _ in top], [value for _, value in top], color=MODEL)
    axes.tick_params(axis="y", labelsize=8)
    return figure


def _canvas(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
