"""When customers order again, how often and for how much: one model of all orders, kept beside the champions.

It needs no target and passes no gate: it answers where no champion does.
"""

from training.orders.fit import keep_orders
from training.orders.model import OrdersModel, histories_from

__all__ = ["OrdersModel", "histories_from", "keep_orders"]
