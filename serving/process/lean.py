"""What a process that only answers goes without, and whom it lets pass first."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SWITCH: Final = 0.001  # seconds that a busy thread may keep health waiting, a fifth of what Python allows it
TRAINERS: Final = ("pandas", "sklearn")


def prepare_to_answer() -> None:
    """Make this process one that answers."""
    sys.setswitchinterval(SWITCH)
    _import_lightgbm_alone()


@contextmanager
def standing() -> Iterator[None]:
    """What is loaded by now stays until the end: collections of what is no longer needed do not walk it."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _import_lightgbm_alone() -> None:
    """Import LightGBM as if pandas and scikit-learn were not there, as long as none of them is.

    It imports both to recognise their objects, which takes two seconds and 130 MB; models answer from arrays.
    """
    if not {"lightgbm", *TRAINERS}.isdisjoint(sys.modules):
        return
    absent: dict[str, None] = dict.fromkeys(TRAINERS)  # None makes an import fail
    sys.modules.update(absent)  # type: ignore[arg-type]
    try:
        import lightgbm  # noqa: F401, PLC0415
    finally:
        for name in TRAINERS:
            del sys.modules[name]
