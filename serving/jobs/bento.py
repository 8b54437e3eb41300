"""A bento that carries the champions of the moment: code, settings, models and features in one deployable archive."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import requires, version
from pathlib import Path
from typing import Final

import yaml
from packaging.requirements import Requirement

from features.config.settings import Settings, read_settings
from serving import SERVICE
from serving.scoring.champions import CARRIED, carry

CODE: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("features", "training", "insights", "serving")
LOCK: Final = "requirements.lock"


@dataclass(frozen=True)
class Bento:
    """A built bento: its tag, where it lies, and the models in it."""

    tag: str
    path: Path
    models: dict[str, str]


def make_bento(config: Path) -> Bento:
    """Build a bento around the registry's champions; the lake and the store stay where the settings say."""
    os.environ.setdefault("BENTOML_DO_NOT_TRACK", "true")
    import bentoml  # noqa: PLC0415  (a second to import)

    settings = read_settings(config)
    with tempfile.TemporaryDirectory(prefix="stamkund-bento-") as name:
        folder = Path(name)
        models = carry(settings, folder)
        for package in PACKAGES:
            shutil.copytree(CODE / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "stamkund.yaml").write_text(carried_settings(config, settings), encoding="utf-8")
        built = bentoml.build(
            SERVICE,
            name="stamkund",
            build_ctx=str(folder),
            include=[*(f"{package}/**" for package in PACKAGES), f"{CARRIED}/**", "stamkund.yaml"],
            python={"packages": _requirements(), "lock_packages": False},
        )
    return Bento(str(built.tag), Path(built.path), models)


def carried_settings(config: Path, settings: Settings) -> str:
    """The settings as a service elsewhere needs them: no sources, no relative paths, the models beside them."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    content |= {
        "sources": {},
        "home": str(settings.home),
        "store": settings.store or f"sqlite:///{settings.home}/store.db",
    }
    content["serving"] = {**(content.get("serving") or {}), "models": "carried"}
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def _requirements() -> list[str]:
    """What Stamkund itself needs, each at the version that is installed here."""
    requirements = (Requirement(text) for text in requires("stamkund") or ())
    names = {r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})}
    return [f"{name}=={version(name)}" for name in sorted(names)]
