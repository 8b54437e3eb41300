"""The models of orders, by name, and what each of them answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Protocol

from features.arrays import Floats
from training.btyd.beta_geometric import BetaGeometric
from training.btyd.histories import Histories
from training.btyd.pareto import ParetoNBD


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


FITS: Final[Mapping[str, Callable[[Histories], OrderModel]]] = {
    "bg_nbd": partial(BetaGeometric.fit, leaves_at_first=False),
    "mbg_nbd": BetaGeometric.fit,
    "pareto_nbd": ParetoNBD.fit,
    "bg_cnbd_k": partial(BetaGeometric.fit_regular, leaves_at_first=False),
    "mbg_cnbd_k": BetaGeometric.fit_regular,
}
