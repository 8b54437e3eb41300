"""Several writes to a lake that are one: if anything fails, it is again what it was before the first of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.files import sync
from features.lake.lake import Lake
from features.lake.manifest import path_in

_PREFIX = ".before-"


@contextmanager
def written_together(lake: Lake) -> Iterator[None]:
    """What is written within counts once all of it is there; on an error the lake is as before, if there was one.

    Whoever writes keeps the files of before (``clear=False``); those that are needed no more go at the end. Going back
    takes no room on the disk. Nobody else may write meanwhile.
    """
    lake.path.mkdir(parents=True, exist_ok=True)
    for leftover in lake.path.glob(f"{_PREFIX}*"):  # of a process that was killed
        shutil.rmtree(leftover)
    before, manifest = lake.manifest, path_in(lake.path)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=lake.path) as folder:
        kept = Path(folder, manifest.name)
        if lake.exists:
            shutil.copy2(manifest, kept)
            sync(kept)
        try:
            yield
        except BaseException:
            if kept.exists():
                kept.replace(manifest)
                sync(lake.path)
            raise
        finally:
            lake.clear(before)
