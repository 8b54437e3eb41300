"""Who is this customer? Events, the lake, profiles."""

from features.build import Built, build
from features.declared import declare
from features.errors import StamkundError
from features.fit import fit_features
from features.fitted import FeatureSet
from features.lake import Lake
from features.profiles import profile_frame, profiles, write_profiles
from features.settings import Settings, read_settings

__all__ = [
    "Built",
    "FeatureSet",
    "Lake",
    "Settings",
    "StamkundError",
    "build",
    "declare",
    "fit_features",
    "profile_frame",
    "profiles",
    "read_settings",
    "write_profiles",
]
