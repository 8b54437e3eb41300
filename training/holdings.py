"""What models hold of people."""

from __future__ import annotations

from features.config.settings import Settings
from features.privacy.holding import Holding


def holdings(settings: Settings) -> list[Holding]:
    """The holdings of the registry and beside it: no row of anybody."""
    what = "Trees and weights learnt from many people, figures, plots, and the words that features are made of."
    why = "They score. The receipt of an erasure names those that had learnt from the person."
    orders = "A dozen numbers that tell how all customers order."
    return [
        Holding("models", settings.registry or str(settings.home / "mlflow.db"), what, why, "until you delete them"),
        Holding(
            "orders", str(settings.orders), orders, "It tells when the next order comes.", "until the next training"
        ),
    ]
