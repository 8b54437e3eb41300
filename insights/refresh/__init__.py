"""The refresh: every insight written anew from the lake."""

from insights.refresh.parts import refresh

__all__ = ["refresh"]
