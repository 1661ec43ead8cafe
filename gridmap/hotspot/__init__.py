"""Where reports crowd: density now; tests of significance and space-time clusters build on it."""

from gridmap.hotspot.density import density

__all__ = ["density"]
