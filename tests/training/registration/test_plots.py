from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.training.registry.models import MODEL, X
from training.registration.plots import Base, dependence, importance

LABELS = {"a": "spend in the last 28 days (SEK)", "b": "lifecycle stage"}


def test_dependence_is_told_in_words_and_units_the_most_important_first() -> None:
    figure = dependence(MODEL, Base(X, LABELS))
    first = figure.axes[0]
    assert first.get_xlabel() == LABELS["a"]  # the label of the rows is whether a > 0
    means = first.lines[0]
    x, parts = np.asarray(means.get_xdata(), float), np.asarray(means.get_ydata(), float)
    assert (np.diff(x) > 0).all()
    assert parts[0] < 0 < parts[-1]


def test_a_code_has_a_bar_for_each_word_that_somebody_has() -> None:
    rows = X.copy()
    rows[:, 0] = np.where(X[:, 0] > 0, 2.0, 0.0)
    figure = dependence(replace(MODEL), Base(rows, LABELS, {"a": ("new", "active", "lapsed")}))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["new", "lapsed"]


def test_importance_names_features_in_words() -> None:
    figure = importance(MODEL.scorer, MODEL.feature_names, title="lapse", labels=LABELS)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [LABELS["b"], LABELS["a"]]
