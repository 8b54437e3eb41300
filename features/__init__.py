"""Who is this customer? Events, the lake, profiles."""

from features.build import Built, build
from features.errors import StamkundError
from features.fitted import FeatureSet, fit_features
from features.lake import Lake
from features.profiles import profile_frame, profiles
from features.settings import Settings, read_settings

__all__ = [
    "Built",
    "FeatureSet",
    "Lake",
    "Settings",
    "StamkundError",
    "build",
    "fit_features",
    "profile_frame",
    "profiles",
    "read_settings",
]
