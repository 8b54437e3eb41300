"""Who is this customer? Events, the lake, profiles."""

from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.identity.people import events_at
from features.lake import Lake
from features.language.declare import declare
from features.profiles.build import BuildResult, build
from features.profiles.feature_set import FeatureSet
from features.profiles.fit import fit_features
from features.profiles.frames import profile_frame, profiles_at
from features.profiles.parquet_file import write_profiles

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
