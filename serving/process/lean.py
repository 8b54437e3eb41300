"""What a process that only answers goes without."""

from __future__ import annotations

import sys
from typing import Final

TRAINERS: Final = ("pandas", "sklearn")


def import_lightgbm_alone() -> None:
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
