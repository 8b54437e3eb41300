"""Buy till you die: how many orders are still to come, from how many there were and when the last one was.

>>> import numpy as np
>>> from training.btyd import BetaGeometric, Histories
>>> model = BetaGeometric(0.243, 4.414, 0.793, 2.426, leaves_at_first=False)
>>> model.alive(Histories(np.array([2.0]), np.array([30.43]), np.array([38.86]))).round(2).tolist()
[0.73]
"""

from training.btyd.beta_geometric import BetaGeometric
from training.btyd.contract import ShiftedBetaGeometric
from training.btyd.gamma_gamma import GammaGamma
from training.btyd.histories import Histories, histories_of
from training.btyd.lifetime_value import discounted_orders, present_value
from training.btyd.next_order import daily_probability, times_to_next_order
from training.btyd.order_model import FITS, OrderModel, fit_regular
from training.btyd.pareto import ParetoNBD

__all__ = [
    "FITS", "BetaGeometric", "GammaGamma", "Histories", "OrderModel", "ParetoNBD", "ShiftedBetaGeometric",
    "daily_probability", "discounted_orders", "fit_regular", "histories_of", "present_value",
    "times_to_next_order",
]  # fmt: skip
