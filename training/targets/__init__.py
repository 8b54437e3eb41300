"""What is to be predicted: a population and a label at a moment, one module a type of target.

A type is a frozen dataclass that follows :class:`Target`: everything that differs between types is in its module, and
no other part of training or serving asks for a type. Whom it is about comes from
:mod:`training.targets.populations`. To add one, write its module here, name it in :mod:`training.targets.declared`, and
give it settings in :mod:`features.config.sections.targets.targets`.
"""

from training.targets.declared import (
    CUSTOMER_HEADLINES,
    TYPES,
    card_of,
    required_targets,
    target_from,
    target_of,
    targets_of,
    usual_targets,
)
from training.targets.frame.target import CUSTOMER, PAIR, Population, ScoreKind, Target

__all__ = [
    "CUSTOMER",
    "CUSTOMER_HEADLINES",
    "PAIR",
    "TYPES",
    "Population",
    "ScoreKind",
    "Target",
    "card_of",
    "required_targets",
    "target_from",
    "target_of",
    "targets_of",
    "usual_targets",
]
