"""A shop of six customers: orders, what they said of themselves and of consent, and their table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from features import build
from features.config.settings import Settings, read_settings
from features.moments import micros

YAML = """
name: Tea shop
clock: 2024-06-30T00:00:00
timezone: Europe/Stockholm
sources:
  orders: {kind: order, from: orders.csv, columns: {event_id: n, id: who, time: at, order_id: n, value: paid}}
  said:
    {kind: identify, from: said.csv, columns: {event_id: n, id: who, time: at, properties: "json_object('city', city)"}}
  words: {kind: consent, from: words.csv, columns: {event_id: n, id: who, time: at, purpose: purpose, status: status}}
  people: {table: customers, from: people.csv, columns: {customer_id: who, city: city, kids: kids, joined: joined}}
consent:
  purposes:
    analytics: {basis: interest, gates: [insights]}
    profiling: {basis: interest, gates: [profiles]}
    news: {channel: email}
features: {add: {spent: {take: sum, of: value, kind: order, windows: [90]}}}
decisions: {traits: {kids: number, joined: moment}}
segments:
  big: {spent_90d: {at_least: 100}}
  lund: {city: Lund}
  big_in_lund: segments.big && segments.lund
  others: "!segments.big && has(traits.city)"
  settled: {when: 'time.now - traits.joined > duration("365d")', kids: [1, 2]}
  readers: {consent.news: true}
  upper: {percentiles.spent_90d: {at_least: 50}}
  silent: {journeys.again.order: dropped}
journeys:
  again: {steps: [order, {kind: order, name: second}], within: 28d}
"""
FILES = {
    "orders.csv": """n,who,at,paid
o1,ann,2024-02-01,50
o2,ann,2024-06-01,120
o3,bo,2024-05-01,60
o4,cy,2024-06-02,200
o5,di,2024-06-03,300
o6,eve,2024-06-04,400
""",
    "said.csv": "n,who,at,city\ni1,ann,2024-06-10,Lund\n",
    "words.csv": """n,who,at,purpose,status
w1,ann,2024-03-01,news,granted
w2,di,2024-06-05,analytics,withdrawn
w3,eve,2024-06-05,profiling,withdrawn
""",
    "people.csv": """who,city,kids,joined
ann,Oslo,1,2023-01-01
bo,Lund,,2024-01-01
cy,Lund,3,2023-02-01
fay,Lund,2,2022-05-05
""",
}


def tea_shop(folder: Path) -> Settings:
    """The settings of the shop, built."""
    settings = unbuilt(folder)
    build(settings, as_of=settings.now())
    return settings


def unbuilt(folder: Path, yaml: str = YAML) -> Settings:
    """The settings of the shop."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "stamkund.yaml").write_text(yaml, encoding="utf-8")
    return read_settings(folder / "stamkund.yaml")


def day(text: str) -> int:
    """The beginning of a day, in µs."""
    return micros(datetime.fromisoformat(text), "Europe/Stockholm")
