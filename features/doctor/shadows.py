"""A user's own modules that hide ours: our packages have common names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import features
from features.doctor.finding import Finding

NAMES = ("features", "training", "serving", "stamkund")


def shadows(folder: Path) -> Iterator[Finding]:
    """What in a folder would be imported in place of ours by a notebook or script that runs there."""
    ours = Path(features.__file__).resolve().parents[1]
    if folder.resolve() == ours:
        return
    for name in NAMES:
        own = next((path for path in (folder / name, folder / f"{name}.py") if _imported(path)), None)
        if own is not None:
            what = f"{own.name}/" if own.is_dir() else own.name
            text = f"Your own {what} in {folder} hides Stamkund's from notebooks and scripts that run there."
            step = f"Rename it, or run them from another folder; `import {name}` must find Stamkund's."
            yield Finding("installation", "warning", text, step)


def _imported(path: Path) -> bool:
    """Whether Python would import this; a folder without ``__init__.py`` gives way to a package found later."""
    return path.is_file() if path.suffix else (path / "__init__.py").is_file()
