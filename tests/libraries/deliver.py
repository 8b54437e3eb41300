"""Sends each of the six calls by a library for Python: `python deliver.py LIBRARY ADDRESS KEY gzip|plain`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib import import_module

MODULES = {"segment": "segment.analytics.client", "rudder": "rudderstack.analytics.client"}
TEA = {"product_id": "tea", "price": 4.5, "quantity": 2}


def deliver(library: str, host: str, key: str, packing: str) -> None:
    """Send them, and end with the library's error if it has one."""
    options = {"gzip": packing == "gzip", "max_retries": 0, "on_error": lambda error, _: sys.exit(f"{error}")}
    client = import_module(MODULES[library]).Client(key, host=host, **options)
    who = f"{library}-{packing}"
    client.identify(who, {"email": "anna@shop.example", "plan": "gold"})
    client.track(who, "Order Completed", {"order_id": who, "products": [TEA]})
    client.track(who, "Product Viewed", {"product_id": "tea"}, timestamp=datetime(2017, 11, 1, 12, 0, 0, 1, tzinfo=UTC))
    client.page(who, "Shop", "Home", {"path": "/"})
    client.screen(who, "Shop", "Start")
    client.group(who, "tea-club", {"name": "Tea club"})
    client.alias(f"old-{who}", who)
    client.flush()
    client.join()


if __name__ == "__main__":
    deliver(*sys.argv[1:])
