"""The models of orders, by name, and what each of them answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Protocol, cast

from features.arrays import Floats
from features.errors import StamkundError
from training.btyd.beta_geometric import BetaGeometric
from training.btyd.histories import Histories
from training.btyd.pareto import ParetoNBD

MOST_REGULAR: Final = 12


class OrderModel(Protocol):
    """A fitted model of when customers order; all times are in the unit of the histories it was fitted on."""

    def log_likelihood(self, histories: Histories) -> float:
        """The log-likelihood of the histories."""

    def alive(self, histories: Histories) -> Floats:
        """The probability that each customer has not left."""

    def expected_orders(self, histories: Histories, horizon: float) -> Floats:
        """Expected orders of each customer within ``horizon`` of the moment of the histories."""

    def returned(self, histories: Histories, within: Floats | float) -> Floats:
        """The probability of at least one order within a time, one for all or one a customer."""


def fit_regular(histories: Histories, *, leaves_at_first: bool = True) -> BetaGeometric:
    """The most likely of the models with ``k`` = 1, 2, … steps to an order, by the times between orders.

    The search ends at the first ``k`` that is less likely than the one before.
    """
    if histories.log_gaps is None:
        message = "The choice of k needs `log_gaps`, the sum of the logarithms of the times between orders."
        raise StamkundError("no_gaps", f"{message} Make the histories with `histories_of`.", field="log_gaps")
    best, refusal = None, None
    for k in range(1, MOST_REGULAR + 1):
        try:
            model = BetaGeometric.fit(histories, k=k, leaves_at_first=leaves_at_first)
        except StamkundError as error:  # a wrong k may have no peak where the right one has
            refusal = error
            continue
        if best and model.log_likelihood(histories) <= best.log_likelihood(histories):
            break
        best = model
    if best is None and refusal:
        raise refusal
    return cast(BetaGeometric, best)


FITS: Final[Mapping[str, Callable[[Histories], OrderModel]]] = {
    "bg_nbd": partial(BetaGeometric.fit, leaves_at_first=False),
    "mbg_nbd": BetaGeometric.fit,
    "pareto_nbd": ParetoNBD.fit,
    "bg_cnbd_k": partial(fit_regular, leaves_at_first=False),
    "mbg_cnbd_k": fit_regular,
}
