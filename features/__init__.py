"""Who is this customer? Events, the lake, profiles."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.config.settings import Settings, read_settings
    from features.errors import StamkundError
    from features.identity.people import events_at
    from features.lake import Lake
    from features.language.declare import declare
    from features.profiles.build import BuildResult, build
    from features.profiles.fit import fit_features
    from features.profiles.fitted.feature_set import FeatureSet
    from features.profiles.frames import profile_frame, profiles_at
    from features.profiles.parquet_file import write_profiles

_HOMES = {
    "config.settings": (
        "Settings",
        "read_settings",
    ),
    "errors": ("StamkundError",),
    "identity.people": ("events_at",),
    "lake": ("Lake",),
    "language.declare": ("declare",),
    "profiles.build": (
        "BuildResult",
        "build",
    ),
    "profiles.fitted.feature_set": ("FeatureSet",),
    "profiles.fit": ("fit_features",),
    "profiles.frames": (
        "profile_frame",
        "profiles_at",
    ),
    "profiles.parquet_file": ("write_profiles",),
}

__all__ = [
    "BuildResult",
    "FeatureSet",
    "Lake",
    "Settings",
    "StamkundError",
    "build",
    "declare",
    "events_at",
    "fit_features",
    "profile_frame",
    "profiles_at",
    "read_settings",
    "write_profiles",
]


def __getattr__(name: str) -> object:
    """A name is imported when it is asked for: who only answers requests goes without what reads sources and builds."""
    from importlib import import_module  # noqa: PLC0415 - no name of the package

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
