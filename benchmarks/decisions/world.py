"""A shop with a hundred candidates, rules, caps, budgets and consent, and three models of 200 trees of 31 leaves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import lightgbm as lgb
import polars as pl
import yaml

from benchmarks.company import synthetic
from benchmarks.decisions.people import longer
from benchmarks.serving.worlds import NOW, build, history
from features.arrays import Floats
from features.config.settings import read_settings
from features.events.tables import schema
from features.units import DAY
from training.learners.trees import THREADS, Trees, parameters
from training.targets.frame.target import ScoreKind

CANDIDATES, CAMPAIGNS = 100, 10  # of so many campaigns that run
COST: Final = 50  # minor units that each candidate costs
TREES: Final = {"num_iterations": 200, "num_leaves": 31, "min_data_in_leaf": 5, "lambda_l2": 0.0}
SETTINGS: Final = """
name: Shop that decides
clock: 2024-12-04T12:00:00
currency: USD
sources: {}
targets:
  lapse: {type: lapse, horizon: 28d, active: 56d}
  spend: {type: spend, horizon: 84d, active: 84d}
  redemption: {type: redemption, horizon: 56d}
offers: {margin: 0.25, window: 84d, fallback: {offer_id: flyer, name: "This week's flyer"}}
serving: {models: carried}
consent:
  default: denied
  purposes:
    profiling: {basis: interest, gates: [profiles, training, scores]}
    personalization: {basis: consent, gates: [decisions]}
    email: {basis: interest, channel: email, quiet: "21:00-08:00"}
  signals: {Ads: personalization}
decisions:
  candidates: {membership: anyone}
  placements: {hero: {count: 1}, row: {count: 3}}
  rules:
    not_to_lost: scores.lapse < 0.999 || !has(scores.lapse)
    for_spenders: {about: candidate.group == "group-1", when: scores.spend > 1}
    known_a_while: {about: candidate.group == "group-2", when: features.orders_90d >= 1}
    in_the_south: {about: candidate.group == "group-3", when: traits.region == "South"}
    on_the_web: {about: candidate.group == "group-4", when: context.channel == "web"}
    by_day: {about: candidate.group == "group-5", when: time.hour >= 6}
  arbitration:
    weights:
      at_risk: {when: scores.lapse > 0.5 && candidate.group == "group-6", weight: 1.5}
  caps:
    each_offer: {limit: 20, each: offer, within: 7d}
    each_campaign: {limit: 200, each: campaign, every: week}
    seen: {limit: 50, each: offer, counts: exposures, within: 14d}
    launch: {limit: 1000000, campaign: campaign-105, scope: total}
  rests:
    unclicked: {after: exposure, times: 5, without: click, each: offer, rest: 7d}
  budgets:
    spring: {amount: 1000000, campaign: campaign-106, every: month}
  exploration: {share: 0.02, width: 5}
  control: {global: {share: 0.01}}
"""


@dataclass(frozen=True)
class Limits:
    """Limits that fill up while they are looked at: so many decisions for a customer, of a campaign, and an amount."""

    customer: int = 10
    campaign: int = 100
    amount: float = 60.0

    def declared(self) -> dict[str, Any]:
        """They as settings."""
        launch = {"limit": self.campaign, "campaign": "campaign-105", "scope": "total"}
        caps = {"each_customer": {"limit": self.customer, "within": "7d"}, "launch": launch}
        return {"caps": caps, "budgets": {"spring": {"amount": self.amount, "campaign": "campaign-106"}}}


def shop(folder: Path, events: int) -> Path:
    """Build the shop with about so many events of its customers; the path of its settings."""
    config = folder / "stamkund.yaml"
    if not config.exists():
        folder.mkdir(parents=True, exist_ok=True)
        config.write_text(SETTINGS, encoding="utf-8")
        build(read_settings(config), folder, longer(history(events)), _offers(), _trees)
    return config


def limited(config: Path, limits: Limits) -> Path:
    """The settings of the same shop with these limits instead of its own, and no control arm."""
    document = yaml.safe_load(config.read_text(encoding="utf-8"))
    document["decisions"] |= limits.declared()
    del document["decisions"]["control"]
    path = config.with_name("limited.yaml")
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


def _offers() -> pl.DataFrame:
    """The hundred candidates: those of the campaigns that the models learn from, and those that can be chosen now."""
    earlier = synthetic.offers()
    rows = [_offer(number) for number in range(CANDIDATES - len(earlier))]
    new = pl.DataFrame(rows).match_to_schema(schema("offers"), missing_columns="insert")
    return pl.concat([earlier, new], how="diagonal_relaxed")


def _offer(number: int) -> dict[str, object]:
    """One of a campaign that runs; each brings something else."""
    return {
        "offer_id": f"new-{number}",
        "name": f"New offer {number}",
        "type": "offer",
        "campaign_id": f"campaign-{101 + number % CAMPAIGNS}",
        "starts": NOW - 14 * DAY,
        "ends": NOW + 14 * DAY,
        "value": 1500 - 10 * number,
        "cost": COST,
        "group": f"group-{number // CAMPAIGNS}",
        "channels": ["web", "app"],
    }


def _trees(x: Floats, y: Floats, score_kind: ScoreKind) -> Trees:
    target = y.clip(min=0.0) if score_kind == "amount" else y
    settings = {**parameters(score_kind, x.shape[1]), **TREES, "num_threads": THREADS}
    return Trees(lgb.train(settings, lgb.Dataset(x, target)))
