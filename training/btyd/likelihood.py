"""The search for the most likely parameters, and the refusal where the data do not tell them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from features.arrays import Floats
from features.errors import StamkundError

LEAST, MOST = 1e-4, 1e4  # of a parameter, where its start is 1: beyond, the likelihood hardly changes any more
FEWEST_CUSTOMERS: Final = 50
FEWEST_REPEATING: Final = 20


def most_likely(
    log_likelihood: Callable[[Floats], tuple[float, Floats]], start: Mapping[str, float], *, model: str, weight: float
) -> Floats:
    """The positive parameters, by name about ``start``, with the greatest log-likelihood; by BFGS on their logarithms.

    ``log_likelihood`` gives the value and the derivative by each parameter; ``weight`` is how many customers it sums.

    >>> def exponential(rate: Floats) -> tuple[float, Floats]:  # of ten waiting times that sum to 20
    ...     return 10 * np.log(rate[0]) - 20 * rate[0], np.array([10 / rate[0] - 20])
    >>> most_likely(exponential, {"rate": 3.0}, model="exponential", weight=10.0).round(6).tolist()
    [0.5]
    """
    from scipy.optimize import minimize  # noqa: PLC0415  (a second; only fitting needs it)

    scale = np.array(list(start.values()))

    def loss(theta: Floats) -> tuple[float, Floats]:
        inside = np.clip(theta, np.log(LEAST), np.log(MOST))
        parameters = scale * np.exp(inside)
        value, slope = log_likelihood(parameters)
        outside = theta - inside  # a wall, so that a likelihood without a peak ends there
        wall = float(outside @ outside)
        return -value / weight + wall, np.where(outside == 0, -slope * parameters / weight, 2 * outside)

    # Not L-BFGS-B: for a few parameters its LAPACK calls wake a pool of threads, which takes ten times what they do.
    found = minimize(loss, np.zeros(len(scale)), jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 1000})
    parameters = scale * np.exp(found.x)
    told = ", ".join(f"{name} = {value:.4g}" for name, value in zip(start, parameters, strict=True))
    at_edge = [name for name, theta in zip(start, found.x, strict=True) if abs(theta) > 0.97 * np.log(MOST)]
    if at_edge:
        message = f"{model}: the likelihood grows to the edge of what {' and '.join(at_edge)} may be ({told}): these "
        raise StamkundError("boundary", f"{message}customers do not tell it. Take a simpler model or more customers.")
    if not np.isfinite(found.fun) or float(np.abs(found.jac).max()) > 1e-3:
        message = f"{model}: the search for the most likely parameters stopped early at {told} ({found.message})."
        raise StamkundError("not_converged", f"{message} Take another model or more customers.")
    return parameters


def require_enough(customers: float, repeating: float, *, model: str) -> None:
    """Refuse too few customers or too few who came back.

    >>> require_enough(30, 12, model="BG/NBD")
    Traceback (most recent call last):
    features.errors.StamkundError: BG/NBD: 30 customers, 12 of them with a second order. It needs 50 customers and 20
    with a second order. Give more history, or use a rule.
    """
    if customers < FEWEST_CUSTOMERS or repeating < FEWEST_REPEATING:
        code = "too_few_customers" if customers < FEWEST_CUSTOMERS else "too_few_repeat_customers"
        came = f"{model}: {customers:.0f} customers, {repeating:.0f} of them with a second order."
        needed = f"It needs {FEWEST_CUSTOMERS} customers and {FEWEST_REPEATING} with a second order."
        raise StamkundError(code, f"{came} {needed} Give more history, or use a rule.")
