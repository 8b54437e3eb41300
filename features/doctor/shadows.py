"""Findings about a user's own modules that hide this product's packages, which have common names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import features
from features.doctor.findings.finding import Finding

NAMES = ("features", "training", "insights", "serving", "stamkund")


def shadows(folder: Path) -> Iterator[Finding]:
    """The modules of a folder that a notebook or script running there would import in place of the product's."""
    installed = Path(features.__file__).resolve().parents[1]
    if folder.resolve() == installed:
        return
    for name in NAMES:
        shadow = next((path for path in (folder / name, folder / f"{name}.py") if _importable(path)), None)
        if shadow is not None:
            display = f"{shadow.name}/" if shadow.is_dir() else shadow.name
            text = f"Your own {display} in {folder} hides Stamkund's from notebooks and scripts that run there."
            step = f"Rename it, or run them from another folder; `import {name}` must find Stamkund's."
            yield Finding("installation", "warning", text, step)


def _importable(path: Path) -> bool:
    """Whether Python would import this; a folder without ``__init__.py`` gives way to a package found later."""
    return path.is_file() if path.suffix else (path / "__init__.py").is_file()
