"""The types of targets, and the targets that settings and models name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from pydantic import TypeAdapter

from features.config.sections.targets.targets import TargetSettings
from features.config.settings import Settings
from features.errors import StamkundError
from training.targets.event import Event
from training.targets.frame.target import CUSTOMER, Target
from training.targets.lapse import Lapse
from training.targets.margin import Margin
from training.targets.orders import Orders
from training.targets.outcome import Outcome
from training.targets.redemption import Redemption
from training.targets.spend import Spend
from training.targets.subscription_end import SubscriptionEnd
from training.targets.uplift import Uplift

_TYPES = (Lapse, Spend, Orders, Margin, Event, SubscriptionEnd, Redemption, Outcome, Uplift)
TYPES: Final[Mapping[str, Any]] = {each.type: each for each in _TYPES}
USUAL: Final = (
    Lapse.type,
    Spend.type,
    SubscriptionEnd.type,
    Redemption.type,
)  # what doctor proposes where nothing is declared
CUSTOMER_HEADLINES: Final = tuple(
    dict.fromkeys(each.headline for each in TYPES.values() if each.entity == CUSTOMER and each.headline)
)


def target_of(name: str, settings: TargetSettings) -> Target:
    """The target that one entry under ``targets:`` declares."""
    target: Target = TYPES[settings.type].declared(name, settings)
    return target


def targets_of(settings: Settings) -> dict[str, Target]:
    """Every declared target by name, in the order of the file."""
    return {name: target_of(name, declared) for name, declared in settings.targets.items()}


def required_targets(settings: Settings) -> dict[str, Target]:
    """Every declared target; raises :class:`StamkundError` ``no_targets`` when the settings declare none."""
    if not settings.targets:
        text = (
            "No target is declared, so there is nothing to predict. Say what to under `targets:` in stamkund.yaml, for "
            "example `targets: {lapse: {type: lapse, event: order, horizon: 28d, active: 56d}}`; `stamkund doctor` "
            "lists what your data allows."
        )
        raise StamkundError("no_targets", text, field="targets")
    return targets_of(settings)


def selected_targets(settings: Settings, names: Sequence[str] | None) -> list[Target]:
    """The declared targets of some names, or all of them."""
    declared = required_targets(settings)
    for name in names or ():
        if name not in declared:
            raise StamkundError.unknown("unknown_target", "target", name, declared, field="targets")
    return [declared[name] for name in names or declared]


def usual_targets() -> list[Target]:
    """A target of each usual type with the settings' defaults, named after its type."""
    settings: TypeAdapter[TargetSettings] = TypeAdapter(TargetSettings)
    return [target_of(type_, settings.validate_python({"type": type_})) for type_ in USUAL]


def card_of(target: Target) -> dict[str, object]:
    """A target as JSON.

    >>> lapse = Lapse("lapse", event="order", horizon_us=28, active_us=56)
    >>> card_of(lapse)
    {'type': 'lapse', 'name': 'lapse', 'event': 'order', 'horizon_us': 28, 'active_us': 56}
    >>> target_from(card_of(lapse)) == lapse
    True
    """
    return {"type": target.type, **asdict(target)}


def target_from(card: Mapping[str, object]) -> Target:
    """The target that :func:`card_of` described; keys that its type does not have are of older versions."""
    kind = TYPES.get(str(card["type"]))
    if kind is None:
        raise StamkundError("unknown_target_type", type=card["type"], field=str(card["name"]))
    names = [field.name for field in fields(kind)]
    target: Target = kind(**{name: card[name] for name in names})
    return target
