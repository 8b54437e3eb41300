"""The linear learner of words: a weight for each, the same as of a column for each; later words add nothing."""

from __future__ import annotations

import numpy as np

from training.learners.linear import Linear, fit_linear

GENERATOR = np.random.default_rng(1)
NUMBERS, CODES = GENERATOR.normal(size=400), GENERATOR.integers(0, 3, size=400).astype(np.float64)
Y = (GENERATOR.random(400) < np.array([0.1, 0.9, 0.2])[CODES.astype(int)]).astype(np.float64)
X = np.stack([NUMBERS, CODES], axis=1)


def test_words_have_the_weights_of_a_column_for_each() -> None:
    by_word = fit_linear(X, Y, "probability", [1])
    wide = np.concatenate([NUMBERS[:, None], CODES[:, None] == np.arange(3.0)], axis=1)
    np.testing.assert_allclose(by_word.raw(X), fit_linear(wide, Y, "probability").raw(wide), atol=1e-6)
    # the word in the middle stands out: as a number between two it could not
    assert by_word.raw(np.array([[0.0, 1.0]])) > by_word.raw(np.array([[0.0, 0.0]])) + 1
    assert by_word.raw(np.array([[0.0, 1.0]])) > by_word.raw(np.array([[0.0, 2.0]])) + 1
    np.testing.assert_allclose(by_word.raw(X), by_word.constant + by_word.contributions(X).sum(axis=1))


def test_a_missing_word_and_one_that_came_later_add_nothing() -> None:
    model = fit_linear(X, Y, "probability", [1])
    assert model.contributions(np.array([[0.0, np.nan], [0.0, 3.0]]))[:, 1].tolist() == [0.0, 0.0]
    assert model.importance()[1] > model.importance()[0]
    assert Linear.read(model.text()) == model
