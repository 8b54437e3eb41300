"""What all pictures of models have in common."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

MODEL, RULE, PERFECT = "#1b6ca8", "#c8553d", "#888888"


def canvas(title: str, x: str, y: str) -> tuple[Figure, Axes]:
    """A figure of one picture, and its axes."""
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes
