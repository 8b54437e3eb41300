"""Customers that Hypothesis draws: any age, any number of orders, the last of them at any time."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from training.btyd.histories import Histories

positive = st.floats(0.05, 20.0)


def history(frequency: float, recency: float, age: float) -> Histories:
    """One customer."""
    return Histories(np.array([frequency]), np.array([recency]), np.array([age]))


@st.composite
def one_customer(draw: st.DrawFn) -> Histories:
    """One customer of up to 300 orders in up to 1,000 units of time."""
    age = draw(st.floats(1.0, 1000.0))
    x = draw(st.integers(0, 300))
    return history(x, age * draw(st.floats(0.001, 1.0)) if x else 0.0, age)
