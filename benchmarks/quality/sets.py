"""The data that quality is measured on, each with its settings and the days that models are made for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from features.config.settings import Settings
from features.moments import micros

EXAMPLE = Path(__file__).parents[2] / "examples" / "completejourney" / "stamkund.yaml"
DAYS = (date(2017, 9, 10), date(2017, 10, 8), date(2017, 11, 5), date(2017, 12, 3))
END = date(2017, 12, 31)
SPEND_28D = {"type": "spend", "event": "order", "horizon": "28d", "active": "84d"}
# CDNOW's days are whole: what was known at the end of 1998-03-31 is known when 1998-04-01 begins.
CDNOW_DAYS = (date(1997, 10, 1), date(1998, 1, 1), date(1998, 4, 1))
CDNOW_END = date(1998, 6, 30)


def settings_of(document: dict[str, object], home: Path) -> Settings:
    """Settings whose home is a folder."""
    return Settings.model_validate({**document, "home": str(home), "store": None, "registry": None})


def complete_journey(config: Path, home: Path) -> Settings:
    """The example, with spend over four weeks beside its own targets."""
    document = yaml.safe_load(config.read_text(encoding="utf-8"))
    document["targets"]["spend_28d"] = SPEND_28D
    return settings_of(document, home)


def cdnow(data: Path, home: Path) -> Settings:
    """Every customer of CDNOW, active or not: their spend in the 90 days to come."""
    transactions = data / "cdnow" / "transactions_master.parquet"
    columns = {"id": "customer_id", "time": "date::DATE", "quantity": "quantity", "value": "amount"}
    source = {"table": "events", "kind": "order", "from": str(transactions.resolve()), "columns": columns}
    target = {"type": "spend", "event": "order", "horizon": "90d", "active": "540d"}
    document: dict[str, object] = {
        "name": "CDNOW", "clock": f"{CDNOW_END}T00:00:00", "currency": "USD",
        "sources": {"transactions": source}, "targets": {"spend_90d": target},
    }  # fmt: skip
    return settings_of(document, home)


def moments(days: tuple[date, ...]) -> list[int]:
    """The days as moments, µs."""
    return [micros(day) for day in days]
