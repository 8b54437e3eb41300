"""A fitted model of a company's orders, as a file of a few numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from features.arrays import Floats
from features.errors import StamkundError
from features.files import write_text
from training.btyd import BetaGeometric, GammaGamma, Histories
from training.orders.shares import SHARES, Shares

FORMAT: Final = 1


@dataclass(frozen=True)
class OrdersModel:
    """When customers order (in days), and what they order for on such a day; None where the values do not tell.

    Fitted on so many ``customers`` as known at ``as_of``, from data read at ``used_at`` (µs). All that one customer
    orders on one day is one order of ``timing``, in truth ``orders_a_day``. Asked for ``shares``, ``timing`` tells when
    a tenth, half and nine tenths of the next orders come.

    >>> model = OrdersModel(0, 0, 300, 1.25, BetaGeometric(1.0, 20.0, 0.2, 4.0), None)
    >>> OrdersModel.loads(model.dumps(), name="orders.json") == model
    True
    """

    as_of: int
    used_at: int
    customers: int
    orders_a_day: float
    timing: BetaGeometric
    value: GammaGamma | None
    shares: Shares = SHARES
    format: int = FORMAT

    def dumps(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self))

    def save(self, file: Path) -> None:
        """Write the file."""
        write_text(file, self.dumps())

    @classmethod
    def loads(cls, text: str, *, name: str) -> OrdersModel:
        """The model of a file's text; ``orders_corrupt`` where there is none in it. ``name`` tells the file."""
        try:
            model = _adapter().validate_json(text, strict=True)
        except ValidationError as error:
            problem = error.errors()[0]
            where = ".".join(map(str, problem["loc"])) or "the file"
            message = (
                f"{name} holds no model of orders: {where}: {problem['msg']}. Run `stamkund train` to write it anew."
            )
            raise StamkundError("orders_corrupt", message) from None
        if model.format != FORMAT:
            message = f"{name} has format {model.format}, and {FORMAT} is read here. Run `stamkund train`."
            raise StamkundError("old_orders", message)
        return model

    @classmethod
    def load(cls, file: Path) -> OrdersModel | None:
        """The model of a file; None without the file."""
        return cls.loads(file.read_text(encoding="utf-8"), name=str(file)) if file.exists() else None


def histories_from(order_days: Floats, since_first: Floats, since_last: Floats) -> Histories:
    """Histories from the days with an order, and the days since the first and the last order.

    >>> once_and_twice = np.array([1.0, 2.0]), np.array([30.0, 30.5]), np.array([29.9, 10.0])
    >>> h = histories_from(*once_and_twice)
    >>> h.frequency.tolist(), h.recency.tolist(), h.age.tolist()
    ([0.0, 1.0], [0.0, 20.5], [30.0, 30.5])
    """
    return Histories(order_days - 1, np.where(order_days > 1, since_first - since_last, 0.0), since_first)


@cache
def _adapter() -> TypeAdapter[OrdersModel]:
    return TypeAdapter(OrdersModel)
