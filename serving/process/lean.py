"""What a process that only answers goes without, and whom it lets pass first."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Final

from features.config.settings import Settings
from training.registry.client import registry_exists

LARGE: Final = 128 * 1024  # bytes from which on memory goes back to the machine as soon as it is free
SWITCH: Final = 0.001  # seconds that a busy thread may keep health waiting, a fifth of what Python allows it

_MMAP_THRESHOLD: Final = -3  # as mallopt calls it


def prepare_to_answer(settings: Settings) -> None:
    """Make this process one that answers.

    LightGBM and MLflow import pandas, and LightGBM scikit-learn, to recognise their objects, which takes seconds and
    160 MB; models answer from arrays.
    """
    sys.setswitchinterval(SWITCH)
    _give_back()
    _import_alone("lightgbm", "pandas", "sklearn")
    if settings.serving.models == "registry" and registry_exists(settings):
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        with warnings.catch_warnings(action="ignore"):
            _import_alone("mlflow.artifacts", "pandas")


@contextmanager
def standing() -> Iterator[None]:
    """What is loaded by now stays until the end: collections of what is no longer needed do not walk it."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _give_back() -> None:
    """Keep glibc's threshold where it begins.

    Left alone it follows the largest array that was freed, up to 32 MB, and what is smaller stays in the heaps of the
    threads for good.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGE)


def _import_alone(library: str, *others: str) -> None:
    """Import a library as if others were not there, as long as none of them is."""
    if not {library, *others}.isdisjoint(sys.modules):
        return
    absent: dict[str, None] = dict.fromkeys(others)  # None makes an import fail
    sys.modules.update(absent)  # type: ignore[arg-type]
    try:
        import_module(library)
    finally:
        for name in others:
            del sys.modules[name]
